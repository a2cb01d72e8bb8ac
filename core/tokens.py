"""Tokens with which programs act for people: issued once, shown once, revoked (domain §1)."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Iterable

from django.db import transaction

from core import events
from core.errors import NotAllowed, Refused
from core.locking import locked
from core.models import ApiToken, User, Verb
from core.roles import runs_it

PREFIX = "stw_"
LONGEST_DAYS = 366
RIGHTS = ("read", "write")
RESOURCES = (
    "users",
    "teams",
    "accounts",
    "contacts",
    "activities",
    "next-steps",
    "stages",
    "products",
    "opportunities",
    "sales",
    "pool",
    "handoffs",
    "briefs",
    "policies",
    "plans",
    "ledger",
    "events",
)
USED_ANEW_AFTER = dt.timedelta(minutes=10)


@transaction.atomic
def issue(
    user: User,
    *,
    name: str,
    scopes: Collection[str],
    by: User,
    at: dt.datetime,
    lasts_days: int = 90,
) -> tuple[ApiToken, str]:
    """A new token and its text, which cannot be had again.

    Everybody issues their own; for an integration an administrator issues one in the name of the
    person as whom it acts. ``lasts_days`` is 1 to ``LONGEST_DAYS``.
    """
    if by.pk != user.pk and not runs_it(by):
        raise NotAllowed("You issue tokens for yourself; integrations get theirs from an admin.")
    if not user.is_active:
        raise Refused("not_active", f"{user} does not sign in, so no program acts for them.")
    if not name.strip():
        raise Refused("no_name", "Say what the token is for.")
    if not 1 <= lasts_days <= LONGEST_DAYS:
        raise Refused("bad_lifetime", f"A token lasts 1 to {LONGEST_DAYS} days.")
    _check_scopes(scopes)
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        user=user,
        name=name.strip(),
        digest=digest_of(text),
        scopes=sorted(set(scopes)),
        issued_by=by,
        issued_at=at,
        expires_at=at + dt.timedelta(days=lasts_days),
    )
    token.clean_fields(exclude=["user", "issued_by"])
    token.save(force_insert=True)
    changes = {"name": token.name, "scopes": token.scopes, "of": user.pk}
    events.record(verb=Verb.TOKEN_ISSUED, subject=token, actor=by, at=at, changes=changes)
    return token, text


@transaction.atomic
def revoke(token: ApiToken, *, by: User, at: dt.datetime) -> ApiToken:
    """The token opens nothing from now on. Its owner may, and administrators."""
    row = locked(token)
    if by.pk != row.user_id and not runs_it(by):
        raise NotAllowed("You revoke your own tokens; administrators revoke any.")
    if row.revoked_at is None:
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        events.record(
            verb=Verb.TOKEN_REVOKED, subject=row, actor=by, at=at, changes={"of": row.user_id}
        )
    return row


def living(text: str, *, at: dt.datetime) -> ApiToken | None:
    """The token of that text, if it opens anything: not expired, not revoked, its owner here."""
    row = ApiToken.objects.living(at=at).select_related("user").filter(digest=digest_of(text))
    token = row.first()
    return token if token and token.user.is_active else None


def note_use(token: ApiToken, *, at: dt.datetime) -> None:
    """Keeps when it was last used, to within ``USED_ANEW_AFTER``: not a write for each read."""
    if token.last_used_at is None or token.last_used_at <= at - USED_ANEW_AFTER:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)


def allows(token: ApiToken, resource: str, right: str) -> bool:
    """Whether the token's scopes cover this. Who may write may read."""
    rights = RIGHTS[RIGHTS.index(right) :]
    wanted = {*rights, *(f"{resource}:{each}" for each in rights)}
    return not wanted.isdisjoint(token.scopes)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _check_scopes(scopes: Iterable[str]) -> None:
    known = {*RIGHTS, *(f"{resource}:{right}" for resource in RESOURCES for right in RIGHTS)}
    wrong = sorted(set(scopes) - known)
    if wrong:
        raise Refused(
            "unknown_scope",
            f"{wrong[0]} is no scope. It is read or write, or one resource's: accounts:read.",
        )
    if not set(scopes):
        raise Refused("no_scope", "Name at least one scope, such as read or accounts:write.")
