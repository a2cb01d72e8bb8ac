"""What we hear from allauth."""

from typing import Any

from allauth.account.signals import user_logged_in
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from core import sign_ins
from core.entrance.middleware import SEEN_AT
from core.models import User

KINDS = {"totp": "authenticator app", "webauthn": "passkey", "recovery_codes": "recovery codes"}


@receiver(user_logged_in)
def begin_to_note(request: HttpRequest, **kwargs: Any) -> None:
    request.session[SEEN_AT] = timezone.now().isoformat()


# The rows themselves and not allauth's own news, which comes when the transaction is over.
@receiver(post_save, sender=Authenticator)
def added(instance: Authenticator, created: bool, **kwargs: Any) -> None:
    if created:
        sign_ins.note_added(instance.user, by=_acting(instance.user), **_facts(instance))


@receiver(post_delete, sender=Authenticator)
def removed(instance: Authenticator, **kwargs: Any) -> None:
    sign_ins.note_removed(instance.user, by=_acting(instance.user), **_facts(instance))


def _facts(instance: Authenticator) -> dict[str, Any]:
    name = instance.data.get("name", "")
    return {"kind": KINDS[instance.type], "name": name, "at": timezone.now()}


def _acting(owner: User) -> User:
    """Whoever is signed in where this happens: the owner, or an administrator who helps them."""
    request = context.request
    user = getattr(request, "user", None)
    return User.objects.get(pk=user.pk) if user and user.is_authenticated else owner
