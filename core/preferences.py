"""What people choose for themselves. It changes nothing for anybody else, so it is no event."""

from core.errors import Refused
from core.models import SavedList, Theme, User
from core.zones import zones

MOST_SAVED = 20


def choose_theme(user: User, *, theme: str) -> None:
    """How the pages look for this person: one of ``Theme``, the empty one as the device says."""
    if theme not in Theme.values:
        raise Refused("unknown_theme", "The pages are light, dark, or as the device says.")
    user.theme = theme
    user.save(update_fields=["theme"])


def save_list(user: User, *, page: str, name: str, query: str) -> SavedList:
    """Keeps the list under a name; the same name again replaces it. ``MOST_SAVED`` per page."""
    name = name.strip()
    _check_it_fits(name=name, query=query)
    others = SavedList.objects.filter(user=user, page=page).exclude(name=name)
    if others.count() >= MOST_SAVED:
        raise Refused("too_many", f"{MOST_SAVED} lists are kept; forget one of them first.")
    kept, _ = SavedList.objects.update_or_create(
        user=user, page=page, name=name, defaults={"query": query}
    )
    return kept


def forget_list(user: User, *, page: str, name: str) -> None:
    """Forgets one's own list of that name; forgetting it again changes nothing."""
    if "\0" not in name:
        SavedList.objects.filter(user=user, page=page, name=name).delete()


def _check_it_fits(*, name: str, query: str) -> None:
    """Refuses what neither database could keep: said here, because no form stands before it."""
    if not name:
        raise Refused("no_name", "Give the list a name.")
    longest = {
        "name": SavedList._meta.get_field("name").max_length or 0,
        "query": SavedList._meta.get_field("query").max_length or 0,
    }
    for what, text in (("name", name), ("query", query)):
        most = longest[what]
        if "\0" in text or len(text) > most:
            raise Refused("bad_list", f"The {what} of a list has {most} characters at the most.")


def choose_time_zone(user: User, *, time_zone: str) -> None:
    """In which zone times of day are shown to this person; the empty one is the organisation's.

    Days stay days of the organisation's zone (domain §9).
    """
    if time_zone and time_zone not in zones():
        raise Refused("unknown_zone", "A time zone has a name of the list, such as Europe/Berlin.")
    user.time_zone = time_zone
    user.save(update_fields=["time_zone"])
