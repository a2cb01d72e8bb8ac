"""What people choose for themselves. It changes nothing for anybody else, so it is no event."""

from core.errors import Refused
from core.models import Theme, User


def choose_theme(user: User, *, theme: str) -> None:
    """How the pages look for this person: one of ``Theme``, the empty one as the device says."""
    if theme not in Theme.values:
        raise Refused("unknown_theme", "The pages are light, dark, or as the device says.")
    user.theme = theme
    user.save(update_fields=["theme"])
