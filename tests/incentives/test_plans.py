"""Adopting plans, and what a handoff is promised when it opens (domain §6)."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from core.errors import NotAllowed, Refused
from core.models import Event, Notification, User, Verb
from handoffs.models import Handoff
from incentives import plans
from incentives.models import CommissionPlan, HandoffTerms, IncentivePlan
from pipeline import products
from tests import factories
from tests.factories import TODAY, Cast, at, days_on
from tests.handoffs import moves
from tests.handoffs.moves import POOLED
from tests.incentives.earnings import brought, commission_plan, plan


def tiers_of(adopted: IncentivePlan) -> list[tuple[int, str]]:
    return [(tier.within_days, str(tier.rate)) for tier in adopted.tiers.all()]


# Adopting


def test_the_first_plan_has_the_figures_of_the_rule_book(ada: User) -> None:
    adopted = plan(on=TODAY)
    adopted.refresh_from_db()
    assert (adopted.version, adopted.effective_on) == (1, TODAY)
    assert (adopted.adopted_by, adopted.adopted_at) == (ada, at(TODAY))
    assert (adopted.first_sale_rate, adopted.early_release_bonus_rate) == (
        Decimal("0.05"),
        Decimal("0.01"),
    )
    assert (adopted.eligible_days, adopted.quiet_before_days) == (365, 30)
    assert (adopted.cap, adopted.budget, adopted.pays_departed) == (None, None, False)
    assert tiers_of(adopted) == [(60, "0.0300"), (120, "0.0150")]


def test_what_is_not_named_stays_as_it_was(db: None) -> None:
    plan(on=TODAY, cap=Decimal(500), tiers=[(30, Decimal("0.1"))])
    second = plan(on=days_on(1), first_sale_rate=Decimal("0.07"))
    assert (second.version, second.first_sale_rate) == (2, Decimal("0.07"))
    assert (second.cap, tiers_of(second)) == (Decimal(500), [(30, "0.1000")])


def test_the_plan_of_a_day_is_the_newest_that_has_begun(db: None) -> None:
    first, second = plan(on=TODAY), plan(on=days_on(10))
    third = plan(on=days_on(10), eligible_days=100)
    in_effect = IncentivePlan.objects.in_effect
    assert in_effect(on=days_on(-1)) is None
    assert in_effect(on=TODAY) == in_effect(on=days_on(9)) == first
    assert in_effect(on=days_on(10)) == third
    assert second.version == 2


def test_an_adoption_is_on_record(ada: User) -> None:
    adopted, commission = plan(on=TODAY), commission_plan(on=TODAY)
    for verb, subject in (
        (Verb.PLAN_ADOPTED, adopted),
        (Verb.COMMISSION_PLAN_ADOPTED, commission),
    ):
        event = Event.objects.get(verb=verb)
        assert (event.actor, event.subject_id, event.happened_at) == (ada, subject.pk, at(TODAY))
        assert event.changes == {"version": 1, "effective_on": TODAY.isoformat()}


def test_who_adopts(cast: Cast) -> None:
    for user in cast:
        if user == cast.ada:
            continue
        with pytest.raises(NotAllowed):
            plans.adopt_incentive_plan(by=user, at=at(TODAY), effective_on=TODAY)
        with pytest.raises(NotAllowed):
            plans.adopt_commission_plan(
                by=user, at=at(TODAY), effective_on=TODAY, default_rate=Decimal("0.1")
            )
    assert not IncentivePlan.objects.exists()
    assert not CommissionPlan.objects.exists()


def test_a_version_does_not_begin_before_the_last(db: None) -> None:
    plan(on=TODAY)
    commission_plan(on=TODAY)
    for adopt in (plan, commission_plan):
        with pytest.raises(Refused) as refused:
            adopt(on=days_on(-1))
        assert refused.value.code == "before_last_plan"
    assert IncentivePlan.objects.count() == CommissionPlan.objects.count() == 1


@pytest.mark.parametrize(
    ("figures", "code"),
    [
        ({"first_sale_rate": Decimal("1.01")}, "bad_figures"),
        ({"first_sale_rate": Decimal("-0.01")}, "bad_figures"),
        ({"first_sale_rate": Decimal("0.05001")}, "bad_figures"),
        ({"version": 7}, "unknown_figure"),
        ({"rate": Decimal("0.1")}, "unknown_figure"),
    ],
)
def test_figures_that_are_none(figures: dict[str, Any], code: str, db: None) -> None:
    with pytest.raises(Refused) as refused:
        plan(on=TODAY, **figures)
    assert refused.value.code == code
    assert not IncentivePlan.objects.exists()


@pytest.mark.parametrize(
    "rates",
    [
        {"by_segment": {"small": Decimal(2)}},
        {"by_segment": {"huge": Decimal("0.1")}},
        {"rate": "1.5"},
    ],
)
def test_commission_rates_that_are_none(rates: dict[str, Any], db: None) -> None:
    with pytest.raises(Refused) as refused:
        commission_plan(on=TODAY, **rates)
    assert refused.value.code == "bad_figures"
    assert not CommissionPlan.objects.exists()


@pytest.mark.parametrize("tiers", [[(60, Decimal("1.5"))], [(60, Decimal("-0.1"))]])
def test_tiers_that_are_none(tiers: list[tuple[int, Decimal]], db: None) -> None:
    with pytest.raises(Refused) as refused:
        plan(on=TODAY, tiers=tiers)
    assert refused.value.code == "bad_figures"
    assert not IncentivePlan.objects.exists()


def test_a_tier_is_named_once(db: None) -> None:
    with pytest.raises(Refused) as refused:
        plan(on=TODAY, tiers=[(60, Decimal("0.1")), (60, Decimal("0.2"))])
    assert refused.value.code == "bad_figures"


# What was promised


@pytest.fixture
def handoff(policy: Any) -> Handoff:
    """Opened under a plan of its own, before the next one."""
    plan(on=TODAY)
    return moves.swept(brought())


@pytest.fixture
def policy(db: None) -> Any:
    return factories.policy()


def test_the_terms_are_those_of_the_day_it_opens(handoff: Handoff, policy: Any) -> None:
    plan(on=days_on(1, POOLED), first_sale_rate=Decimal("0.5"))
    terms = HandoffTerms.objects.get(handoff=handoff)
    assert terms.plan
    assert (terms.plan.version, terms.policy) == (1, policy)
    assert (terms.brief_due_on, terms.frozen_at) == (handoff.brief_due_on, handoff.opened_at)
    event = Event.objects.get(verb=Verb.TERMS_FROZEN)
    assert (event.actor, event.changes) == (factories.steward(), {"plan": 1})
    assert event.account_id == handoff.account_id


def test_the_outgoing_rep_is_told_what_is_theirs_to_win(handoff: Handoff) -> None:
    told = Notification.objects.get(recipient=handoff.outgoing, event__verb=Verb.TERMS_FROZEN)
    assert told.sentence == (
        f"Acme has left your hands. Please leave a brief by {handoff.brief_due_on}. If it is"
        " accepted, 5 % of the first sale within 365 days of the next take-over is yours, and a"
        " sooner sale adds 3 % within 60 days or 1.5 % within 120 days."
    )


def test_letting_go_promises_a_bonus(policy: Any) -> None:
    plan(on=TODAY, tiers=[])
    moves.released(brought())
    told = Notification.objects.get(event__verb=Verb.TERMS_FROZEN)
    assert told.sentence.endswith(
        "If it is accepted, 6 % of the first sale within 365 days of the next take-over is yours."
    )


def test_before_there_is_a_plan_nothing_is_promised(policy: Any) -> None:
    handoff = moves.swept(brought())
    assert HandoffTerms.objects.get(handoff=handoff).plan is None
    told = Notification.objects.get(event__verb=Verb.TERMS_FROZEN)
    assert told.sentence.endswith(f"Please leave a brief by {handoff.brief_due_on}.")


# What the database itself refuses


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE incentives_incentiveplan SET first_sale_rate = 1",
        "DELETE FROM incentives_incentiveplan",
        "UPDATE incentives_acceleratortier SET rate = 1",
        "DELETE FROM incentives_acceleratortier",
        "UPDATE incentives_handoffterms SET plan_id = NULL",
        "DELETE FROM incentives_handoffterms",
        "UPDATE incentives_commissionplan SET default_rate = 1",
        "DELETE FROM incentives_commissionplan",
        "UPDATE incentives_commissionrate SET rate = 1",
        "DELETE FROM incentives_commissionrate",
    ],
)
def test_what_was_promised_stays(handoff: Handoff, sql: str) -> None:
    pump = products.add_product("Pump", by=factories.ada(), at=at(TODAY))
    commission_plan(on=TODAY, by_product={pump: Decimal("0.1")})
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
