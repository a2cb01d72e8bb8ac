"""Who asks: the bearer of a token, or the person in the browser."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from core import tokens
from core.models import ApiToken, User


class BearerToken(BaseAuthentication):
    """``Authorization: Bearer TOKEN``."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        now = timezone.now()
        text = words[1].decode("ascii", "replace") if len(words) == 2 else ""
        token = tokens.living(text, at=now)
        if token is None:
            raise AuthenticationFailed(
                "This token opens nothing: it is unknown, expired or revoked, or its owner left.",
                "bad_token",
            )
        tokens.note_use(token, at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Steward"'
