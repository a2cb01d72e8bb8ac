"""What we hear from allauth."""

from typing import Any

from allauth.account.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from core.entrance.middleware import SEEN_AT


@receiver(user_logged_in)
def begin_to_note(request: HttpRequest, **kwargs: Any) -> None:
    request.session[SEEN_AT] = timezone.now().isoformat()
