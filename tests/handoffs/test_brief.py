"""The brief: who writes it, who judges it, and when time does (domain §5)."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts_app import policies
from accounts_app.models import AccountAccess
from core.errors import NotAllowed, Refused
from core.models import Event, User, Verb
from handoffs import briefs
from handoffs.models import Brief, BriefQuestion, BriefState, BriefVersion, Handoff, HandoffStep
from tests import factories
from tests.factories import Cast, at, days_on
from tests.handoffs.moves import (
    POOLED,
    accepted,
    again,
    claimed,
    hand_in,
    handed_in,
    released,
    swept,
)

DUE, MISSED = days_on(7, POOLED), days_on(8, POOLED)

pytestmark = pytest.mark.usefixtures("policy")


@pytest.fixture
def handoff(cast: Cast, policy: Any) -> Handoff:
    """Alice's, swept: the brief is owed."""
    return swept()


@pytest.fixture
def judged_by_bob(handoff: Handoff) -> Handoff:
    """Handed in, and Bob, who claimed the account, is to judge it."""
    return claimed(handed_in(handoff))


def save(handoff: Handoff, *, by: User, on: dt.date = POOLED, **texts: Any) -> Brief:
    return briefs.save(handoff, by=by, at=at(on), **texts)


def ask(handoff: Handoff, *, by: User, on: dt.date = POOLED, question: str = "Who signs?") -> None:
    briefs.ask(handoff, question=question, by=by, at=at(on))


def steps_of(handoff: Handoff) -> list[str]:
    """Where the brief came to, one after the other."""
    steps = HandoffStep.objects.filter(handoff=handoff, track="brief").order_by("id")
    return list(steps.values_list("to_state", flat=True))


def let_leave(user: User, *, on: dt.date = POOLED) -> None:
    User.objects.get_queryset().filter(pk=user.pk).update(active=False, left_on=on)
    user.refresh_from_db()


# Writing


def test_what_is_typed_is_kept_and_not_yet_handed_in(handoff: Handoff, alice: User) -> None:
    save(handoff, by=alice, players="Carla decides.")
    brief = save(handoff, by=alice, politics="Do not mention Dora.")
    assert (brief.players, brief.politics) == ("Carla decides.", "Do not mention Dora.")
    assert (brief.author, brief.first_handed_in_at) == (alice, None)
    assert again(handoff).brief_state == BriefState.OWED


def test_every_version_is_kept(handoff: Handoff, alice: User) -> None:
    save(handoff, by=alice, players="Carla")
    save(handoff, by=alice, players="Carla and Dora")
    hand_in(handoff, policies="Tenders in May")
    versions = BriefVersion.objects.values_list(
        "number", "players", "policies", "handed_in", "author", "saved_at"
    )
    assert list(versions) == [
        (1, "Carla", "", False, alice.pk, at(POOLED)),
        (2, "Carla and Dora", "", False, alice.pk, at(POOLED)),
        (3, "Carla and Dora", "Tenders in May", True, alice.pk, at(POOLED)),
    ]
    events = Event.objects.filter(verb=Verb.BRIEF_SAVED).order_by("id")
    assert [event.changes["version"] for event in events] == [1, 2, 3]
    assert {event.actor for event in events} == {alice}


def test_handing_in_is_on_record(handoff: Handoff, alice: User) -> None:
    brief = hand_in(handoff, on=days_on(2, POOLED))
    assert (brief.first_handed_in_on, brief.first_handed_in_by) == (days_on(2, POOLED), alice)
    assert brief.first_handed_in_at == at(days_on(2, POOLED))
    assert again(handoff).brief_state == BriefState.HANDED_IN
    step = HandoffStep.objects.get(handoff=handoff, to_state="handed_in")
    assert (step.taken_by, step.taken_at) == (alice, at(days_on(2, POOLED)))
    assert Event.objects.filter(verb=Verb.HANDOFF_MOVED, subject_id=step.pk).exists()


def test_the_first_hand_in_counts(handoff: Handoff, alice: User) -> None:
    hand_in(handoff, on=DUE)
    brief = hand_in(handoff, on=days_on(20, POOLED), players="Dora now")
    assert (brief.first_handed_in_on, brief.last_handed_in_on) == (DUE, days_on(20, POOLED))
    assert brief.players == "Dora now"
    assert steps_of(handoff) == ["owed", "handed_in"]


@pytest.mark.parametrize("part", briefs.THREE_PS)
def test_one_of_the_three_is_enough(handoff: Handoff, part: str) -> None:
    texts: dict[str, Any] = {part: "Something"}
    hand_in(handoff, **texts)
    assert again(handoff).brief_state == BriefState.HANDED_IN


def test_a_brief_that_says_nothing_is_refused(handoff: Handoff, alice: User) -> None:
    nothing: list[dict[str, Any]] = [{"players": " \n"}, {"promises": "A visit in May"}]
    for texts in nothing:
        with pytest.raises(Refused) as refused:
            hand_in(handoff, **texts)
        assert refused.value.code == "empty_brief"
    assert again(handoff).brief_state == BriefState.OWED
    assert not Brief.objects.exists()


def test_who_writes(handoff: Handoff, cast: Cast) -> None:
    for user in cast:
        assert briefs.may_write_brief(user, handoff, at=at(POOLED)) is (user == cast.alice), user
        if user != cast.alice:
            for write in (save, hand_in):
                with pytest.raises(NotAllowed):
                    write(handoff, by=user, players="Carla")
    assert not Brief.objects.exists()


def test_for_somebody_who_left_their_manager_or_an_admin_writes(
    handoff: Handoff, cast: Cast
) -> None:
    let_leave(cast.alice)
    left = again(handoff)
    for user in cast:
        may = user in (cast.mara, cast.ada)
        assert briefs.may_write_brief(user, left, at=at(MISSED)) is may, user
        if not may:
            with pytest.raises(NotAllowed):
                hand_in(handoff, by=user)
    brief = hand_in(handoff, by=cast.mara)
    assert (brief.author, brief.first_handed_in_by) == (cast.mara, cast.mara)


def test_who_left_stays_with_the_team_of_their_last_day(handoff: Handoff, cast: Cast) -> None:
    let_leave(cast.alice)
    cast.alice.memberships.update(until_on=days_on(1, POOLED))
    left = again(handoff)
    assert briefs.may_write_brief(cast.mara, left, at=at(days_on(30, POOLED)))
    assert briefs.may_read_politics(cast.mara, left, at=at(days_on(30, POOLED)))
    assert not briefs.may_write_brief(cast.olga, left, at=at(days_on(30, POOLED)))


def test_a_late_brief_is_taken_for_the_accounts_sake(handoff: Handoff, alice: User) -> None:
    briefs.miss_overdue(at=at(MISSED), by=factories.steward())
    hand_in(handoff, on=days_on(9, POOLED))
    assert again(handoff).brief_state == BriefState.MISSED
    assert Brief.objects.get().first_handed_in_on == days_on(9, POOLED)


def test_nothing_is_written_once_it_is_judged(judged_by_bob: Handoff, alice: User) -> None:
    accepted(judged_by_bob)
    for write in (save, hand_in):
        with pytest.raises(Refused) as refused:
            write(judged_by_bob, by=alice, players="More")
        assert refused.value.code == "brief_settled"
    assert BriefVersion.objects.count() == 1


def test_nothing_is_written_on_a_handoff_that_did_not_take_place(
    handoff: Handoff, alice: User
) -> None:
    Handoff.objects.filter(pk=handoff.pk).update(transfer="cancelled")
    with pytest.raises(Refused) as refused:
        hand_in(handoff)
    assert refused.value.code == "handoff_over"


# Judging


def test_the_new_holder_asks_and_gets_a_better_one(judged_by_bob: Handoff, bob: User) -> None:
    ask(judged_by_bob, by=bob, on=days_on(1, POOLED))
    ask(judged_by_bob, by=bob, on=days_on(1, POOLED), question=" And when? ")
    assert again(judged_by_bob).brief_state == BriefState.MORE_NEEDED
    asked = BriefQuestion.objects.order_by("id").values_list("question", "asked_by", "asked_at")
    assert list(asked) == [
        ("Who signs?", bob.pk, at(days_on(1, POOLED))),
        ("And when?", bob.pk, at(days_on(1, POOLED))),
    ]
    assert Event.objects.filter(verb=Verb.BRIEF_ASKED, actor=bob).count() == 2
    hand_in(judged_by_bob, on=days_on(2, POOLED), players="Carla signs, in May.")
    accepted(judged_by_bob, on=days_on(3, POOLED))
    assert steps_of(judged_by_bob) == [
        "owed",
        "handed_in",
        "more_needed",
        "handed_in",
        "accepted",
    ]


@pytest.mark.parametrize("more_needed", [False, True])
@pytest.mark.parametrize("verdict", [BriefState.ACCEPTED, BriefState.NOT_USABLE])
def test_a_verdict_ends_the_track_and_the_way_in(
    judged_by_bob: Handoff, bob: User, verdict: BriefState, more_needed: bool
) -> None:
    if more_needed:
        ask(judged_by_bob, by=bob)
    assert AccountAccess.objects.filter(account=judged_by_bob.account).exists()
    judge = briefs.accept if verdict == BriefState.ACCEPTED else briefs.reject
    judge(judged_by_bob, by=bob, at=at(MISSED))
    assert again(judged_by_bob).brief_state == verdict
    assert not AccountAccess.objects.exists()
    step = HandoffStep.objects.get(handoff=judged_by_bob, to_state=verdict)
    assert (step.taken_by, step.taken_at) == (bob, at(MISSED))


def test_who_judges(judged_by_bob: Handoff, cast: Cast) -> None:
    """The incoming rep, or their manager, who settles."""
    for user in cast:
        may = user in (cast.bob, cast.mara)
        assert briefs.may_judge_brief(user, judged_by_bob, at=at(POOLED)) is may, user
        if not may:
            for verb in (briefs.accept, briefs.reject):
                with pytest.raises(NotAllowed):
                    verb(judged_by_bob, by=user, at=at(POOLED))
            with pytest.raises(NotAllowed):
                ask(judged_by_bob, by=user)
    assert again(judged_by_bob).brief_state == BriefState.HANDED_IN
    assert accepted(judged_by_bob, by=cast.mara).brief_state == BriefState.ACCEPTED


def test_nobody_judges_while_the_account_is_in_the_pool(handoff: Handoff, cast: Cast) -> None:
    handed_in(handoff)
    for user in cast:
        assert not briefs.may_judge_brief(user, again(handoff), at=at(POOLED))


def test_what_is_not_handed_in_cannot_be_judged(handoff: Handoff, bob: User, alice: User) -> None:
    """Whether there is a draft or nothing at all."""
    claimed(handoff)
    for _ in range(2):
        with pytest.raises(Refused) as refused:
            ask(handoff, by=bob)
        assert refused.value.code == "step_not_allowed"
        for judge in (briefs.accept, briefs.reject):
            with pytest.raises(Refused) as refused:
                judge(handoff, by=bob, at=at(POOLED))
            assert refused.value.code == "step_not_allowed"
        save(handoff, by=alice, players="Carla")
    assert not BriefQuestion.objects.exists()
    assert steps_of(handoff) == ["owed"]


@pytest.mark.parametrize("verdict", ["accept", "reject"])
def test_a_verdict_stands(judged_by_bob: Handoff, bob: User, mara: User, verdict: str) -> None:
    getattr(briefs, verdict)(judged_by_bob, by=bob, at=at(POOLED))
    for user in (bob, mara):
        with pytest.raises(Refused):
            ask(judged_by_bob, by=user)
        for judge in (briefs.accept, briefs.reject):
            with pytest.raises(Refused) as refused:
                judge(judged_by_bob, by=user, at=at(POOLED))
            assert refused.value.code == "step_not_allowed"
    assert len(steps_of(judged_by_bob)) == 3


def test_a_question_needs_words(judged_by_bob: Handoff, bob: User) -> None:
    with pytest.raises(Refused) as refused:
        ask(judged_by_bob, by=bob, question="  ")
    assert refused.value.code == "empty_question"
    assert again(judged_by_bob).brief_state == BriefState.HANDED_IN


# Time judges


def missed(on: dt.date) -> int:
    return briefs.miss_overdue(at=at(on, 3), by=factories.steward())


def silently_accepted(on: dt.date) -> int:
    return briefs.accept_silent(at=at(on, 3), by=factories.steward())


def test_a_brief_is_missed_on_the_day_after_it_was_due(handoff: Handoff) -> None:
    assert missed(DUE) == 0
    assert again(handoff).brief_state == BriefState.OWED
    assert missed(MISSED) == 1
    assert again(handoff).brief_state == BriefState.MISSED
    assert missed(MISSED) == 0
    assert steps_of(handoff) == ["owed", "missed"]
    step = HandoffStep.objects.get(handoff=handoff, to_state="missed")
    assert step.taken_by == factories.steward()
    # The account is helped by a late one, so the way in stays.
    assert AccountAccess.objects.filter(account=handoff.account).exists()


def test_what_is_handed_in_is_not_missed(handoff: Handoff) -> None:
    hand_in(handoff, on=DUE)
    assert missed(MISSED) == 0


def test_what_did_not_take_place_is_not_missed(handoff: Handoff) -> None:
    Handoff.objects.filter(pk=handoff.pk).update(transfer="cancelled")
    assert missed(MISSED) == 0


@pytest.mark.parametrize(
    ("handed_in_after", "claimed_after"),
    [(0, 0), (0, 5), (5, 0), (7, 40), (3, 3)],
)
def test_silence_accepts_some_days_after_the_later_of_hand_in_and_transfer(
    handoff: Handoff, handed_in_after: int, claimed_after: int
) -> None:
    def give() -> None:
        hand_in(handoff, on=days_on(handed_in_after, POOLED))

    if handed_in_after <= claimed_after:
        give()
    claimed(handoff, on=days_on(claimed_after, POOLED))
    if handed_in_after > claimed_after:
        give()
    day = days_on(max(handed_in_after, claimed_after) + 7, POOLED)
    assert silently_accepted(days_on(-1, day)) == 0
    assert silently_accepted(day) == 1
    assert silently_accepted(day) == 0
    assert again(handoff).brief_state == BriefState.ACCEPTED
    assert not AccountAccess.objects.exists()


def test_silence_accepts_nothing_in_the_pool(handoff: Handoff) -> None:
    handed_in(handoff)
    assert silently_accepted(days_on(300, POOLED)) == 0


def test_silence_accepts_nothing_that_more_is_asked_of(judged_by_bob: Handoff, bob: User) -> None:
    ask(judged_by_bob, by=bob, on=days_on(1, POOLED))
    assert silently_accepted(days_on(30, POOLED)) == 0
    hand_in(judged_by_bob, on=days_on(31, POOLED))
    assert silently_accepted(days_on(37, POOLED)) == 0
    assert silently_accepted(days_on(38, POOLED)) == 1


def test_silence_accepts_what_was_superseded(judged_by_bob: Handoff) -> None:
    released(judged_by_bob.account, on=days_on(2, POOLED))
    assert again(judged_by_bob).transition == "superseded"
    assert silently_accepted(days_on(7, POOLED)) == 1
    assert again(judged_by_bob).brief_state == BriefState.ACCEPTED


def test_the_days_are_those_of_when_it_opened(handoff: Handoff, cast: Cast) -> None:
    """A policy that is adopted later does not change them."""
    assert (handoff.brief_due_on, handoff.brief_accept_days) == (DUE, 7)
    proposal = factories.proposal(on=POOLED, brief_due_days=1, brief_accept_days=1)
    policies.adopt(proposal, by=cast.ada, at=at(days_on(8, POOLED)))
    policies.apply_due(on=days_on(60, POOLED), at=at(POOLED), by=factories.steward())
    claimed(handed_in(handoff, on=DUE), on=DUE)
    assert silently_accepted(days_on(6, DUE)) == 0
    assert silently_accepted(days_on(7, DUE)) == 1


def test_many_are_settled_and_one_that_moved_meanwhile_is_left(
    judged_by_bob: Handoff, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bob judges after the night has read which briefs wait."""
    really = briefs.silence_accepts_on

    def judge_meanwhile(handoff: Handoff) -> dt.date:
        briefs.reject(handoff, by=bob, at=at(days_on(6, POOLED)))
        return really(handoff)

    monkeypatch.setattr(briefs, "silence_accepts_on", judge_meanwhile)
    assert silently_accepted(days_on(7, POOLED)) == 0
    assert steps_of(judged_by_bob) == ["owed", "handed_in", "not_usable"]


# Politics


def test_who_reads_the_politics(judged_by_bob: Handoff, cast: Cast) -> None:
    may = {
        cast.alice: True,
        cast.bob: True,
        cast.mara: True,
        cast.finn: False,
        cast.ada: True,
        cast.otto: False,
        cast.olga: False,
    }
    for user, allowed in may.items():
        assert briefs.may_read_politics(user, judged_by_bob, at=at(POOLED)) is allowed, user


def test_later_holders_and_their_managers_side_read_the_politics(
    judged_by_bob: Handoff, cast: Cast
) -> None:
    second = claimed(
        released(judged_by_bob.account, on=days_on(2, POOLED)),
        by=cast.otto,
        on=days_on(3, POOLED),
    )
    first = again(judged_by_bob)
    assert briefs.may_read_politics(cast.otto, first, at=at(DUE))
    assert briefs.may_read_politics(cast.olga, second, at=at(DUE))
    assert not briefs.may_read_politics(cast.alice, second, at=at(DUE))


def test_in_the_pool_only_the_side_of_who_let_go_reads_the_politics(
    handoff: Handoff, cast: Cast
) -> None:
    readers = {user for user in cast if briefs.may_read_politics(user, handoff, at=at(POOLED))}
    assert readers == {cast.alice, cast.mara, cast.ada}


# What the database itself refuses


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE handoffs_briefversion SET players = 'Nobody'",
        "DELETE FROM handoffs_briefversion",
        "UPDATE handoffs_handoffstep SET to_state = 'missed'",
        "DELETE FROM handoffs_handoffstep",
        "DELETE FROM handoffs_brief",
        "DELETE FROM handoffs_handoff",
    ],
)
def test_what_was_written_stays(judged_by_bob: Handoff, sql: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Brief.objects.get().versions.get().players == "Carla decides."


def test_what_was_handed_in_cannot_be_emptied_before_silence_accepts_it() -> None:
    handoff = handed_in(swept())
    nothing = {"players": "", "policies": " ", "politics": ""}
    with pytest.raises(Refused, match="says something"):
        briefs.save(handoff, by=factories.alice(), at=factories.at(POOLED), **nothing)
    handoff.brief.refresh_from_db()
    assert handoff.brief.players == "Carla decides."
