"""The addresses of the workspace."""

from django.urls import path

from workspace.views.account import account, log
from workspace.views.accounts import accounts, bulk, export, sales, saved_list
from workspace.views.handoffs import handoff, handoffs
from workspace.views.home import home
from workspace.views.pool import pool
from workspace.views.preferences import theme
from workspace.views.quick_log import quick_log, quick_log_on, spoken_day
from workspace.views.release import release
from workspace.views.search import search
from workspace.views.settings import own_tokens, revoke_token, settings
from workspace.views.styleguide import styleguide

urlpatterns = [
    path("", home, name="home"),
    path("accounts/", accounts, name="accounts"),
    path("accounts/export/", export, name="accounts_export"),
    path("accounts/saved/", saved_list, name="accounts_saved"),
    path("accounts/bulk/", bulk, name="accounts_bulk"),
    path("accounts/<int:pk>/", account, name="account"),
    path("accounts/<int:pk>/log/", log, name="account_log"),
    path("accounts/<int:pk>/release/", release, name="account_release"),
    path("accounts/<int:pk>/sales/", sales, name="account_sales"),
    path("log/", quick_log, name="quick_log"),
    path("log/<int:pk>/", quick_log_on, name="quick_log_on"),
    path("log/day/", spoken_day, name="spoken_day"),
    path("pool/", pool, name="pool"),
    path("handoffs/", handoffs, name="handoffs"),
    path("handoffs/<int:pk>/", handoff, name="handoff"),
    path("search/", search, name="search"),
    path("styleguide/", styleguide, name="styleguide"),
    path("settings/", settings, name="settings"),
    path("settings/tokens/", own_tokens, name="tokens"),
    path("settings/tokens/<int:pk>/revoke/", revoke_token, name="token_revoke"),
    path("settings/theme/", theme, name="theme"),
]
