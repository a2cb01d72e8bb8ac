"""Who may come in with a password."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from core.models import User


class UsernameOrEmail(ModelBackend):
    """A username or an address, and a password. Whoever left is told what a stranger is told."""

    def authenticate(  # type: ignore[override]  # the names are allauth's
        self,
        request: HttpRequest | None,
        username: str | None = None,
        email: str | None = None,
        password: str | None = None,
        **others: Any,
    ) -> User | None:
        called = username or email
        if not called or not password:
            return None
        user = User.objects.called(called)
        if user is None:
            # Takes as long as a password that is wrong: nobody learns which names there are.
            User().set_password(password)
            return None
        right = user.check_password(password)
        return user if right and self.user_can_authenticate(user) else None
