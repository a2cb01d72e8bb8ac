"""What stands on a handoff's page: its tracks, the brief, the terms, what is in the way."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet

from core.days import day_of
from core.keyset import Page, page_of
from core.models import User
from handoffs import briefs, turns
from handoffs.models import (
    Brief,
    BriefQuestion,
    BriefState,
    BriefVersion,
    Handoff,
    HandoffStep,
    Track,
    TransferState,
    TransitionState,
)
from handoffs.steps import COLUMNS, is_over, possible
from handoffs.turns import Turn
from incentives.entitlement import HandoffFacts, Reason, first_sale, in_window, why_nothing
from incentives.facts import AccountRecord, handoff_facts
from incentives.models import HandoffTerms, LedgerEntry

PAGE_SIZE = 25
MOST_TURNS = 100
LABELS: dict[str, dict[str, str]] = {
    Track.TRANSFER: {key: str(words) for key, words in TransferState.choices},
    Track.BRIEF: {key: str(words) for key, words in BriefState.choices},
    Track.TRANSITION: {key: str(words) for key, words in TransitionState.choices},
}


@dataclass(frozen=True)
class TrackLine:
    """One of the three tracks: the steps taken so far; the last is where it stands."""

    name: str
    steps: list[tuple[str, HandoffStep]]
    is_over: bool


@dataclass(frozen=True)
class HandoffPage:
    handoff: Handoff
    tracks: list[TrackLine]
    turns: list[Turn]
    brief: Brief | None
    versions: list[BriefVersion]
    questions: list[BriefQuestion]
    terms: HandoffTerms | None
    obstacles: list[Reason]
    first_sale_on: dt.date | None
    may_still_sell: bool
    earned: list[LedgerEntry]
    may_write: bool
    may_judge: bool
    shows_politics: bool
    currency: str


@dataclass(frozen=True)
class HandoffList:
    """Mine: where it is my turn, then all of them, the newest first."""

    my_turn: list[tuple[Handoff, list[Turn]]]
    page: Page[Handoff]
    rows: list[tuple[Handoff, list[Turn]]]


def handoff_page(handoff: Handoff, reader: User, *, at: dt.datetime) -> HandoffPage:
    """A fixed number of queries, however long the account's history is."""
    brief: Brief | None = getattr(handoff, "brief", None)
    record = AccountRecord(handoff.account)
    same = next(row for row in record.handoffs if row.pk == handoff.pk)
    facts = handoff_facts(record, same)
    writable = handoff.transfer not in turns.GONE and handoff.brief_state in briefs.WRITABLE
    judgeable = brief is not None and BriefState.ACCEPTED in possible(handoff, Track.BRIEF)
    shows_politics = briefs.may_read_politics(reader, handoff, at=at)
    return HandoffPage(
        handoff=handoff,
        tracks=_tracks(handoff),
        turns=turns.turns(handoff),
        brief=brief,
        versions=list(brief.versions.select_related("author")) if brief else [],
        questions=list(brief.questions.select_related("asked_by")) if brief else [],
        terms=getattr(same, "terms", None),
        obstacles=why_nothing(facts) if facts else [],
        first_sale_on=_first_sale_on(facts),
        may_still_sell=facts is not None and _may_still_sell(facts, on=day_of(at)),
        earned=_earned(handoff, reader, at=at),
        may_write=writable and briefs.may_write_brief(reader, handoff, at=at),
        may_judge=judgeable and briefs.may_judge_brief(reader, handoff, at=at),
        shows_politics=shows_politics,
        currency=settings.BASE_CURRENCY,
    )


def my_handoffs(reader: User, *, cursor: str = "") -> HandoffList:
    """What I hand over or take over; briefs that I owe come first."""
    page = page_of(_mine(reader), by="-opened_at", size=PAGE_SIZE, cursor=cursor)
    return HandoffList(
        my_turn=my_turn(reader, most=MOST_TURNS),
        page=page,
        rows=[(handoff, turns.turns(handoff)) for handoff in page.rows],
    )


def my_turn(reader: User, *, most: int) -> list[tuple[Handoff, list[Turn]]]:
    """Where something waits for the reader, soonest due first; briefs that they owe lead."""
    owed = Q(outgoing=reader, brief_state__in=turns.OWING)
    to_read = Q(incoming=reader, brief_state=BriefState.HANDED_IN)
    to_meet = Q(incoming=reader, transfer=TransferState.TRANSFERRED, transition="waiting")
    pressing = _mine(reader).filter(owed | to_read | to_meet).exclude(transfer__in=turns.GONE)
    first = list(pressing.order_by("brief_due_on", "id")[:most])
    first.sort(key=lambda handoff: handoff.outgoing_id != reader.pk)
    return [(handoff, _turns_of(handoff, reader)) for handoff in first]


def _turns_of(handoff: Handoff, reader: User) -> list[Turn]:
    return [turn for turn in turns.turns(handoff) if turn.who and turn.who.pk == reader.pk]


def _mine(reader: User) -> "QuerySet[Handoff]":
    return (
        Handoff.objects.visible_to(reader)
        .filter(Q(outgoing=reader) | Q(incoming=reader))
        .select_related("account", "outgoing", "incoming", "brief")
    )


def _tracks(handoff: Handoff) -> list[TrackLine]:
    steps = list(handoff.steps.select_related("taken_by"))
    return [
        TrackLine(
            name=str(track.label),
            steps=[(LABELS[track][step.to_state], step) for step in steps if step.track == track],
            is_over=is_over(handoff, track),
        )
        for track in COLUMNS
    ]


def _first_sale_on(facts: HandoffFacts | None) -> dt.date | None:
    """Sales show to everybody, also where what was earned with them does not."""
    sale = first_sale(facts) if facts else None
    return sale.booked_on if sale else None


def _may_still_sell(facts: HandoffFacts, *, on: dt.date) -> bool:
    return facts.transferred_on is None or in_window(on, facts)


def _earned(handoff: Handoff, reader: User, *, at: dt.datetime) -> list[LedgerEntry]:
    """What was posted for it, to those who may read that."""
    people = User.objects.whose_payouts_show_to(reader, on=day_of(at))
    rows = LedgerEntry.objects.filter(handoff=handoff, beneficiary__in=people)
    return list(rows.select_related("beneficiary", "sale"))
