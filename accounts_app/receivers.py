"""What this room does on news from below."""

from typing import Any

from django.dispatch import receiver

from accounts_app.models import Account
from core.errors import Refused
from core.models import User
from core.signals import holding_ends


@receiver(holding_ends, dispatch_uid="accounts_app keeps a holder a holder")
def keep_a_holder_a_holder(user: User, **kwargs: Any) -> None:
    """Whoever holds accounts cannot lose the role before a departure found them new holders."""
    held = Account.objects.held_by(user).count()
    if held:
        accounts = "an account" if held == 1 else f"{held} accounts"
        raise Refused(
            "still_holds",
            f"{user} holds {accounts}; they are given to somebody else first.",
            held=held,
        )
