"""Where allauth asks us: nobody signs up, and what we say instead of its own sentences."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.entrance.post import send_later
from core.models import User

WRONG = "That name and password do not go together."
TOO_MANY = "Too many attempts. Wait five minutes, then try again; nothing is lost."


class Accounts(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "incorrect_password": "That is not your password.",
        "enter_current_password": "That is not your password.",
        "incorrect_code": "That code is wrong, or was used already.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return "/"

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        messages.error(request, "Nobody who is here signs in with this.")
        return redirect("sign_in")

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """To the address as we have it, not as it was typed."""
        self.send_mail("account/email/password_reset_key", user.email, context)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        send_later(self.render_mail(template_prefix, email, context))
