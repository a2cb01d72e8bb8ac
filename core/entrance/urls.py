"""The addresses of signing in. The names are allauth's, which asks for them by name."""

from allauth.account import views as account
from django.urls import path, re_path
from django.views.decorators.http import require_POST

from core.entrance.views import page, password, sessions, together

RESET = r"^password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"

urlpatterns = [
    path("sign-in/", page(account.login), name="account_login"),
    path("sign-in/", page(account.login), name="sign_in"),
    path("sign-out/", require_POST(account.logout), name="sign_out"),
    path("password/", page(account.password_reset), name="account_reset_password"),
    path("password/sent/", account.password_reset_done, name="account_reset_password_done"),
    path(
        "password/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        RESET, together(account.password_reset_from_key), name="account_reset_password_from_key"
    ),
    path("settings/password/", password, name="account_change_password"),
    path("settings/confirm/", page(account.reauthenticate), name="account_reauthenticate"),
    path("settings/sessions/", sessions, name="usersessions_list"),
]
