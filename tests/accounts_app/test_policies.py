"""Policies: proposed, talked over, adopted for good (domain §4)."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts_app import policies
from accounts_app.models import DormancyPolicy, PolicyComment
from accounts_app.policies import SETTABLE
from core.errors import NotAllowed, Refused
from core.models import Event, Notification, User, Verb
from tests import factories
from tests.factories import TODAY, Cast, at, days_on, proposal

NOON = at(TODAY)


def adopt(policy: DormancyPolicy, days: int = 0, **more: Any) -> DormancyPolicy:
    """Adopted by Ada so many days after today."""
    return policies.adopt(policy, by=factories.ada(), at=at(days_on(days)), **more)


# Proposing


def test_a_proposal_begins_with_the_figures_of_the_rule_book(mara: User) -> None:
    policy = policies.propose(by=mara, at=NOON)
    assert (policy.version, policy.proposed_by, policy.adopted_at) == (1, mara, None)
    assert {name: getattr(policy, name) for name in SETTABLE} == {
        "dormant_after_days": 90,
        "warn_days": 21,
        "notice_days": 7,
        "pipeline_stalled_after_days": 45,
        "longest_wait_days": 365,
        "brief_due_days": 7,
        "brief_accept_days": 7,
        "claim_window_hours": 24,
        "reclaim_cooldown_days": 365,
        "max_unworked_claims": 10,
        "counts_engagement": True,
        "counts_sale": True,
        "counts_pipeline": True,
        "counts_contract": True,
        "counts_interest": True,
    }


def test_the_next_one_keeps_what_it_does_not_name(db: None) -> None:
    factories.policy(warn_days=14, counts_sale=False)
    proposal(notice_days=30)
    third = proposal(notice_days=5)
    assert (third.version, third.warn_days, third.notice_days) == (3, 14, 5)
    assert not third.counts_sale


def test_proposing_and_adopting_are_on_record(ada: User) -> None:
    policy = adopt(proposal(warn_days=14))
    events = Event.objects.filter(verb__startswith="policy.").order_by("id")
    assert [(event.verb, event.subject_id, event.actor) for event in events] == [
        (Verb.POLICY_PROPOSED, policy.pk, ada),
        (Verb.POLICY_ADOPTED, policy.pk, ada),
    ]
    assert [event.changes for event in events] == [
        {"figures": {"warn_days": 14}},
        {"effective_on": "2026-03-02"},
    ]


@pytest.mark.parametrize(
    "figures",
    [
        {"dormant_after_days": 0},
        {"dormant_after_days": 3651},
        {"dormant_after_days": None},
        {"dormant_after_days": 20},
        {"warn_days": 91},
        {"warn_days": -1},
        {"notice_days": 3651},
        {"pipeline_stalled_after_days": -1},
        {"longest_wait_days": 3651},
        {"brief_due_days": -1},
        {"claim_window_hours": 745},
        {"reclaim_cooldown_days": 3651},
        {"max_unworked_claims": 0},
        {"notice_days": "soon"},
        {"counts_sale": "perhaps"},
    ],
)
def test_figures_out_of_bounds_are_refused(ada: User, figures: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refusal:
        policies.propose(by=ada, at=NOON, **figures)
    assert refusal.value.code == "bad_figures"
    assert not DormancyPolicy.objects.exists()


@pytest.mark.parametrize(
    "figures", [{"dormant_after_days": 0}, {"warn_days": 91}, {"notice_days": 3651}]
)
def test_the_database_refuses_them_too(db: None, figures: dict[str, Any]) -> None:
    policy = proposal()
    with pytest.raises(IntegrityError), transaction.atomic():
        DormancyPolicy.objects.filter(pk=policy.pk).update(**figures)


def test_it_is_the_same_for_everybody(ada: User) -> None:
    """No field names a rep, a team or an account; on purpose."""
    people = {"proposed_by", "adopted_by"}
    fields = {field.name for field in DormancyPolicy._meta.concrete_fields if field.is_relation}
    assert fields == people
    for exception in ("owner", "team", "account", "region", "except_for"):
        with pytest.raises(Refused) as refusal:
            policies.propose(by=ada, at=NOON, **{exception: 1})
        assert refusal.value.code == "unknown_figure"


@pytest.mark.parametrize("fixed", ["version", "adopted_at", "effective_on", "id"])
def test_what_only_adopting_sets_cannot_be_proposed(ada: User, fixed: str) -> None:
    with pytest.raises(Refused):
        policies.propose(by=ada, at=NOON, **{fixed: 1})


# Comments


def test_everybody_comments_while_it_is_open(cast: Cast) -> None:
    policy = proposal()
    for person in cast:
        policies.comment(policy, by=person, text=f" {person} thinks so. ", at=NOON)
    said = PolicyComment.objects.filter(policy=policy).order_by("id")
    assert [comment.author for comment in said] == list(cast)
    assert said[0].text == "Alice thinks so."
    assert Event.objects.filter(verb=Verb.POLICY_COMMENTED).count() == len(cast)


def test_a_comment_has_words_and_comes_before_the_adoption(alice: User) -> None:
    policy = proposal()
    with pytest.raises(Refused) as refusal:
        policies.comment(policy, by=alice, text="  ", at=NOON)
    assert refusal.value.code == "empty_comment"
    adopted = adopt(policy)
    with pytest.raises(Refused) as refusal:
        policies.comment(adopted, by=alice, text="Too late?", at=NOON)
    assert refusal.value.code == "already_adopted"


def test_who_left_says_nothing(alice: User) -> None:
    alice.active = False
    with pytest.raises(NotAllowed):
        policies.comment(proposal(), by=alice, text="I still think so.", at=NOON)


# Adopting the first


def test_the_first_takes_effect_at_once(ada: User) -> None:
    policy = adopt(proposal())
    assert (policy.adopted_by, policy.adopted_at, policy.effective_on) == (ada, NOON, TODAY)


@pytest.mark.parametrize("day", [TODAY, days_on(-400), days_on(30)])
def test_the_first_takes_effect_on_the_day_named(db: None, day: dt.date) -> None:
    assert adopt(proposal(), effective_on=day).effective_on == day


@pytest.mark.parametrize(("swept", "taken"), [(-11, True), (-10, False), (-9, False)])
def test_a_past_day_only_while_no_sweep_has_run_on_or_after_it(
    db: None, swept: int, taken: bool
) -> None:
    policy, wished = proposal(), days_on(-10)
    if taken:
        adopted = adopt(policy, effective_on=wished, last_sweep_on=days_on(swept))
        assert adopted.effective_on == wished
        return
    with pytest.raises(Refused) as refusal:
        adopt(policy, effective_on=wished, last_sweep_on=days_on(swept))
    assert refusal.value.code == "sweep_has_run"


# Adopting the next


@pytest.fixture
def first(db: None) -> DormancyPolicy:
    return factories.policy()


@pytest.mark.parametrize(("days", "open_still"), [(0, True), (6, True), (7, False), (60, False)])
def test_a_proposal_stays_open_for_seven_days(
    first: DormancyPolicy, days: int, open_still: bool
) -> None:
    policy = proposal()
    if not open_still:
        assert adopt(policy, days).adopted_at == at(days_on(days))
        return
    with pytest.raises(Refused) as refusal:
        adopt(policy, days)
    assert refusal.value.code == "open_for_comment"
    assert refusal.value.facts == {"until": days_on(7)}


def test_the_next_takes_effect_when_the_warning_days_are_over(first: DormancyPolicy) -> None:
    policy = proposal(dormant_after_days=60)
    with pytest.raises(Refused) as refusal:
        adopt(policy, 7, effective_on=days_on(7 + 20))
    assert refusal.value.code == "too_soon"
    assert refusal.value.facts == {"earliest": days_on(7 + 21)}
    assert adopt(policy, 7).effective_on == days_on(7 + 21)


@pytest.mark.parametrize(("warn_days", "earliest"), [(30, 30), (3, 21)])
def test_the_longer_of_the_warnings_before_and_after_holds(
    first: DormancyPolicy, warn_days: int, earliest: int
) -> None:
    assert adopt(proposal(warn_days=warn_days), 7).effective_on == days_on(7 + earliest)


def test_a_later_day_may_be_wished(first: DormancyPolicy) -> None:
    assert adopt(proposal(), 7, effective_on=days_on(90)).effective_on == days_on(90)


def test_two_adopted_policies_take_effect_one_after_the_other(first: DormancyPolicy) -> None:
    second, third = proposal(), proposal()
    adopt(second, 7, effective_on=days_on(90))
    with pytest.raises(Refused) as refusal:
        adopt(third, 7, effective_on=days_on(90))
    assert refusal.value.code == "too_soon"
    assert adopt(third, 7).effective_on == days_on(91)


def test_a_policy_is_adopted_once(first: DormancyPolicy) -> None:
    with pytest.raises(Refused) as refusal:
        adopt(first, 30)
    assert refusal.value.code == "already_adopted"


def test_an_adopted_policy_never_changes(first: DormancyPolicy) -> None:
    first.warn_days = 1
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        first.save()
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        DormancyPolicy.objects.filter(pk=first.pk).update(
            adopted_at=None, adopted_by=None, effective_on=None
        )


@pytest.mark.parametrize("missing", ["adopted_by", "effective_on"])
def test_an_adoption_is_whole(ada: User, missing: str) -> None:
    policy = proposal()
    whole: dict[str, Any] = {"adopted_at": NOON, "adopted_by": ada, "effective_on": TODAY}
    with pytest.raises(IntegrityError), transaction.atomic():
        DormancyPolicy.objects.filter(pk=policy.pk).update(**{**whole, missing: None})


# Who may


@pytest.mark.parametrize(
    ("who", "proposes", "adopts"),
    [
        ("alice", False, False),
        ("mara", True, False),
        ("finn", False, False),
        ("ada", True, True),
    ],
)
def test_who_may(cast: Cast, who: str, proposes: bool, adopts: bool) -> None:
    person: User = getattr(cast, who)
    policy = proposal()
    if proposes:
        assert policies.propose(by=person, at=NOON).proposed_by == person
    else:
        with pytest.raises(NotAllowed):
            policies.propose(by=person, at=NOON)
    if adopts:
        assert policies.adopt(policy, by=person, at=NOON).adopted_by == person
    else:
        with pytest.raises(NotAllowed):
            policies.adopt(policy, by=person, at=NOON)


def test_who_left_may_not(cast: Cast) -> None:
    policy = proposal()
    cast.mara.active = cast.ada.active = False
    for person in (cast.mara, cast.ada):
        with pytest.raises(NotAllowed):
            policies.propose(by=person, at=NOON)
        with pytest.raises(NotAllowed):
            policies.adopt(policy, by=person, at=NOON)


# Telling whom it brings forward


def told() -> list[tuple[str, str]]:
    notes = Notification.objects.filter(event__verb=Verb.POLICY_ADOPTED)
    return sorted((note.recipient.username, note.sentence) for note in notes)


def test_whom_it_brings_forward_is_told_on_the_day_of_the_adoption(cast: Cast) -> None:
    factories.policy()
    for name in ("One", "Two"):
        factories.owned(cast.alice, name=name)
    factories.owned(cast.bob, name="Three")
    engaged = factories.owned(cast.otto, name="Four")
    factories.contract(engaged, ends_on=days_on(900))
    adopt(proposal(counts_contract=True, dormant_after_days=60), 7)
    start = f"From {days_on(28)} a new policy holds. By it "
    assert told() == [
        ("alice", start + "2 of your accounts fall quiet sooner."),
        ("bob", start + "1 of your accounts falls quiet sooner."),
        ("otto", start + "1 of your accounts falls quiet sooner."),
    ]
    notes = Notification.objects.filter(event__verb=Verb.POLICY_ADOPTED)
    assert {note.created_at for note in notes} == {at(days_on(7))}


def test_whom_it_does_not_bring_forward_is_not_told(cast: Cast) -> None:
    factories.policy()
    factories.owned(cast.alice)
    worked = factories.owned(cast.bob, name="Worked")
    factories.sale(worked, on=days_on(3))
    adopt(proposal(dormant_after_days=120), 7)
    adopt(proposal(on=days_on(10)), 20)
    assert told() == []


def test_a_sign_that_counts_no_longer_brings_forward(cast: Cast) -> None:
    factories.policy()
    factories.owned(cast.alice, since=days_on(-5))
    sold = factories.owned(cast.bob, since=days_on(-5), name="Sold")
    factories.sale(sold)
    adopt(proposal(counts_sale=False), 7)
    assert [name for name, _ in told()] == ["bob"]


def test_the_first_policy_tells_nobody(cast: Cast) -> None:
    factories.owned(cast.alice)
    adopt(proposal())
    assert told() == []
