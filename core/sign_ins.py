"""How people get in: what changes about it is on record, never with a secret."""

import datetime as dt

from allauth.mfa.models import Authenticator
from django.db import transaction

from core import events
from core.errors import NotAllowed
from core.models import User, Verb
from core.roles import runs_it


@transaction.atomic
def change_password(user: User, *, password: str, how: str, by: User, at: dt.datetime) -> None:
    """A new password, which the caller has checked; it ends the other sessions there are."""
    user.set_password(password)
    user.save(update_fields=["password"])
    events.record(verb=Verb.PASSWORD_CHANGED, subject=user, actor=by, at=at, changes={"how": how})


@transaction.atomic
def take_second_factors(user: User, *, by: User) -> None:
    """For whoever lost phone and papers: the password alone signs in again."""
    if not runs_it(by):
        raise NotAllowed("Only administrators take somebody's second factor away.")
    Authenticator.objects.filter(user=user).delete()


def note_added(user: User, *, kind: str, name: str, by: User, at: dt.datetime) -> None:
    """``user`` can sign in by one more thing. Called in the transaction that adds it."""
    _note(Verb.SIGN_IN_ADDED, user, kind, name, by, at)


def note_removed(user: User, *, kind: str, name: str, by: User, at: dt.datetime) -> None:
    """The same, for one that is gone."""
    _note(Verb.SIGN_IN_REMOVED, user, kind, name, by, at)


def _note(verb: Verb, user: User, kind: str, name: str, by: User, at: dt.datetime) -> None:
    changes = {"kind": kind, "name": name}
    events.record(verb=verb, subject=user, actor=by, at=at, changes=changes)
