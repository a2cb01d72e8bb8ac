"""Where allauth asks us: nobody signs up, and what we say instead of its own sentences."""

from http import HTTPStatus
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from core.entrance.post import send_later
from core.models import User

NAME = "Steward"
WRONG = "That name and password do not go together."
TOO_MANY = "Too many attempts. Wait five minutes, then try again; nothing is lost."

WRONG_CODE = "That code is wrong, or was used already. An app shows a new one every half minute."

WAYS = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use a code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}


class Accounts(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "too_many_login_attempts": TOO_MANY,
        "rate_limited": TOO_MANY,
        "incorrect_password": "That is not your password.",
        "enter_current_password": "That is not your password.",
        "incorrect_code": WRONG_CODE,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        return [
            {**method, "description": WAYS[method["id"]]}
            for method in super().get_reauthentication_methods(user)
        ]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("settings")

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        messages.error(request, "Nobody who is here signs in with this.")
        return redirect("sign_in")

    def send_password_reset_mail(self, user: User, email: str, context: dict[str, Any]) -> None:
        """To the address as we have it, not as it was typed."""
        self.send_mail("account/email/password_reset_key", user.email, context)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        send_later(self.render_mail(template_prefix, email, context))


class SecondFactors(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": WRONG_CODE,
        "cannot_generate_recovery_codes": "Set up an app or a passkey first.",
    }

    def get_totp_issuer(self) -> str:
        return NAME

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002 - its word
        there = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {there + 1}" if there else "Passkey"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": NAME}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        return {**super().get_public_key_credential_user_entity(user), "display_name": user.name}


class Elsewhere(DefaultSocialAccountAdapter):
    """Who comes from the organisation's own sign-in is whoever has the address that it vouches for.

    No link is kept: an administrator who changes the address of somebody decides by that alone
    who comes in as them.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        user = _vouched_for(sociallogin)
        if user is None or sociallogin.state.get("process") != AuthProcess.LOGIN:
            page = render(request, "socialaccount/unknown.html", status=HTTPStatus.FORBIDDEN)
            raise ImmediateHttpResponse(page)
        sociallogin.user = user


def _vouched_for(sociallogin: SocialLogin) -> User | None:
    """The one person here with an address that the provider says it has verified."""
    for address in sociallogin.email_addresses:
        # Some say it as a text; and "false" is a text too.
        if address.verified in (True, "true"):
            found = list(User.objects.reached_at(address.email))
            if len(found) == 1:
                return found[0]
    return None
