"""The addresses of signing in. The names are allauth's, which asks for them by name."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.urls import include, path, re_path
from django.views.decorators.http import require_POST, require_safe

from core.entrance.views import AddPasskey, elsewhere, page, password, sessions, together

RESET = r"^password/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"

second_factor = [
    path("", page(mfa.index), name="mfa_index"),
    path("", page(mfa.index), name="mfa_list_webauthn"),
    path("app/", together(totp.activate_totp), name="mfa_activate_totp"),
    path("app/remove/", together(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("codes/", require_safe(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("codes/new/", together(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path(
        "codes/file/",
        require_safe(codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("passkeys/new/", together(AddPasskey.as_view()), name="mfa_add_webauthn"),
    path("passkeys/<int:pk>/", together(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path(
        "passkeys/<int:pk>/remove/", together(webauthn.remove_webauthn), name="mfa_remove_webauthn"
    ),
]
confirm = [
    path("", page(account.reauthenticate), name="account_reauthenticate"),
    path("code/", page(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("passkey/", page(webauthn.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
]
ours = {"provider_id": "oidc"}
urlpatterns = [
    path("sign-in/oidc/", elsewhere(oidc.login), ours, name="openid_connect_login"),
    path("sign-in/oidc/callback/", elsewhere(oidc.callback), ours, name="openid_connect_callback"),
    path("sign-in/oidc/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("sign-in/code/", page(mfa.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey/", page(webauthn.login_webauthn), name="mfa_login_webauthn"),
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
    path("settings/confirm/", include(confirm)),
    path("settings/second-factor/", include(second_factor)),
    path("settings/sessions/", sessions, name="usersessions_list"),
]
