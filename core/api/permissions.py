"""What comes before any rule of the business: being signed in, and the scopes of a token."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from core import tokens
from core.api.problems import Problem
from core.models import ApiToken, User


class SignedIn(BasePermission):
    """Somebody who is here; nobody else sees anything."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.user, User) and request.user.is_active


class ScopeCovers(BasePermission):
    """A token does only what it was issued for. In the browser one is oneself."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiToken):
            return True
        right = "read" if request.method in SAFE_METHODS else "write"
        if not tokens.allows(request.auth, view.resource, right):
            sentence = f"This token has no scope {view.resource}:{right}."
            raise Problem(403, "scope_missing", sentence)
        return True
