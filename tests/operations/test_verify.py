"""verify finds nothing on what the verbs made, and finds every kind of damage."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F, Model
from pytest_django import DjangoDbBlocker

from accounts_app.models import (
    Account,
    AccountAccess,
    Contact,
    DormancyPolicy,
    ExternalRef,
    OwnershipPeriod,
    PolicyApplication,
)
from core import triggers
from core.exclusion import NoOverlap
from core.models import Event, Notification, Verb
from handoffs import steps
from handoffs.models import (
    Brief,
    BriefVersion,
    ClaimRequest,
    Handoff,
    HandoffStep,
    PoolEntry,
    SweepRun,
    Track,
)
from handoffs.opening import access_reason
from incentives.models import HandoffTerms, LedgerEntry
from operations.verify import verify
from operations.verify.findings import Finding
from operations.verify.record import EVENTS, Recorded
from pipeline.models import Activity, Opportunity, Sale, SaleLine, SaleReversal, Stage, StageChange
from tests import history
from tests.history import Company
from tests.workspace.test_search import spoil

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)
Damage = Callable[[Company], object]


@pytest.fixture(scope="module")
def who(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Company]:
    """One season, made once; what a test damages is rolled back after it."""
    with history.seasons(1, django_db_blocker) as made:
        yield made


def findings() -> list[Finding]:
    return list(verify())


def codes() -> set[str]:
    return {finding.code for finding in verify()}


def damage(who: Company, do: Damage) -> None:
    """Past the guards, as somebody with a database shell would."""
    connection.check_constraints()  # PostgreSQL drops no trigger while rows wait for their check
    triggers.drop_all()
    do(who)


def test_nothing_is_off_after_any_season(who: Company) -> None:
    assert findings() == []
    history.season(who, 2)
    assert findings() == []


# What is done on purpose, by the code that must tell of it.

DAMAGES: list[tuple[str, Damage]] = []


def finds(code: str) -> Callable[[Damage], Damage]:
    def register(do: Damage) -> Damage:
        DAMAGES.append((code, do))
        return do

    return register


def alter(row: Model, **columns: object) -> None:
    assert type(row)._base_manager.filter(pk=row.pk).update(**columns)


def remove(row: Model) -> None:
    """Nothing cascades, and nobody is asked."""
    type(row)._base_manager.filter(pk=row.pk)._raw_delete(connection.alias)


def forget(event: Event) -> None:
    Notification.objects.filter(event=event).delete()
    remove(event)


def first_period(who: Company) -> OwnershipPeriod:
    """Alice's, which the sweep ended."""
    return OwnershipPeriod.objects.filter(account=quiet(who)).earliest("began_at")


def first_entry(who: Company) -> PoolEntry:
    """Swept, and claimed by Bob."""
    return PoolEntry.objects.filter(account=quiet(who)).earliest("id")


def handoff(who: Company) -> Handoff:
    return who.handoff("Quiet 1")


def sale_of(who: Company, name: str, *, number: int = 0) -> Sale:
    return Sale.objects.filter(account=who.account(name)).order_by("id")[number]


def quiet(who: Company) -> Account:
    return who.account("Quiet 1")


def busy(who: Company) -> Account:
    """Alice still holds it."""
    return who.account("Busy 1")


def pooled(who: Company) -> Account:
    return who.account("Fading 1")


def warned(who: Company) -> Account:
    return who.account("Warned 1")


# The clock


@finds("deadline_off")
def dormancy_is_put_off(who: Company) -> None:
    alter(busy(who), dormant_on=dt.date(2030, 1, 1))


@finds("deadline_off")
def the_clock_is_stopped(who: Company) -> None:
    alter(busy(who), dormant_on=None)


@finds("deadline_off")
def a_policy_is_changed(who: Company) -> None:
    alter(DormancyPolicy.objects.latest("version"), dormant_after_days=91)


@finds("pool_day_off")
def the_pool_is_put_off(who: Company) -> None:
    alter(warned(who), pool_on=dt.date(2030, 1, 1))


@finds("pool_day_off")
def a_warning_is_put_off(who: Company) -> None:
    account = warned(who)
    assert account.warned_on
    alter(account, warned_on=account.warned_on + 60 * DAY)


@finds("warning_without_event")
def a_warning_is_made_up(who: Company) -> None:
    account = warned(who)
    assert account.warned_on
    alter(account, warned_on=account.warned_on - DAY)


@finds("warning_without_event")
def a_warning_is_forgotten(who: Company) -> None:
    forget(Event.objects.get(verb=Verb.ACCOUNT_WARNED, account_id=warned(who).pk))


for column in (
    "engaged_on",
    "sold_on",
    "pipeline_engaged_on",
    "pipeline_closed_on",
    "contract_until",
):

    def a_sign_is_moved(who: Company, column: str = column) -> None:
        account = quiet(who) if column == "sold_on" else busy(who)
        alter(account, pipeline_engaged_on=dt.date(2019, 1, 1), pipeline_closed_on=None)
        alter(account, **{column: dt.date(2020, 1, 1)})

    finds("sign_off")(a_sign_is_moved)


@finds("sign_off")
def an_interest_is_made_up(who: Company) -> None:
    alter(busy(who), interest_until=dt.date(2030, 1, 1))


@finds("sign_off")
def a_sale_is_taken_away(who: Company) -> None:
    sale = sale_of(who, "Released 1", number=1)
    for row in (*sale.ledger_entries.all(), sale):
        remove(row)


@finds("policy_half_applied")
def a_policy_is_not_finished(who: Company) -> None:
    alter(PolicyApplication.objects.latest("id"), finished_at=None)


@finds("policy_without_notice")
def a_policy_comes_at_once(who: Company) -> None:
    policy = DormancyPolicy.objects.latest("version")
    assert policy.adopted_at
    alter(policy, effective_on=policy.adopted_at.date() + DAY)


@finds("policy_without_notice")
def a_policy_was_not_talked_over(who: Company) -> None:
    policy = DormancyPolicy.objects.latest("version")
    alter(policy, proposed_at=policy.adopted_at)


# Who holds what


@finds("owner_off")
def an_account_changes_hands_by_itself(who: Company) -> None:
    alter(busy(who), owner=who.cast.bob)


@finds("owner_off")
def the_clock_starts_later(who: Company) -> None:
    alter(busy(who), held_from=dt.date(2025, 12, 1))


@finds("owner_off")
def a_period_is_lost(who: Company) -> None:
    period = OwnershipPeriod.objects.get(account=busy(who))
    remove(period)


@finds("owner_off")
def a_period_never_ended(who: Company) -> None:
    alter(OwnershipPeriod.objects.get(account=pooled(who)), ended_at=None, ended_by="")


@finds("periods_overlap")
def two_hold_at_once(who: Company) -> None:
    if connection.vendor == "postgresql":  # there it is a constraint, not a guard
        table = OwnershipPeriod._meta.db_table
        overlap = NoOverlap(table, "account_id", "began_at", "ended_at", "tstzrange")
        with connection.schema_editor() as editor:
            overlap.remove(None, editor)
    period = first_period(who)
    assert period.ended_at
    alter(period, ended_at=period.ended_at + 5 * DAY)


@finds("period_altered")
def a_period_gets_another_holder(who: Company) -> None:
    alter(first_period(who), holder=who.cast.otto)


@finds("period_altered")
def a_period_began_earlier(who: Company) -> None:
    alter(first_period(who), began_at=first_period(who).began_at - DAY)


@finds("period_altered")
def a_period_ended_for_another_reason(who: Company) -> None:
    alter(first_period(who), ended_by="released")


@finds("circle")
def two_companies_own_each_other(who: Company) -> None:
    alter(quiet(who), parent=busy(who))
    alter(busy(who), parent=quiet(who))


@finds("circle")
def two_people_report_to_each_other(who: Company) -> None:
    dan, carla = (Contact.objects.get(account=busy(who), name=name) for name in ("Dan", "Carla"))
    alter(carla, reports_to=dan)


# The pool


@finds("entry_missing")
def an_entry_ends_by_itself(who: Company) -> None:
    entry = PoolEntry.objects.get(account=pooled(who))
    alter(entry, left_at=entry.entered_at + DAY, outcome="withdrawn")


@finds("entry_left_over")
def an_entry_stays_open(who: Company) -> None:
    entry = PoolEntry.objects.get(account=who.account("Released 1"))
    alter(entry, left_at=None, outcome="", claimed_by=None)


@finds("period_without_entry")
def an_entry_gets_another_reason(who: Company) -> None:
    alter(first_entry(who), reason="released")


@finds("claim_off")
def a_claim_is_given_to_somebody_else(who: Company) -> None:
    alter(first_entry(who), claimed_by=who.cast.otto)


@finds("claim_off")
def a_claim_was_lost(who: Company) -> None:
    alter(ClaimRequest.objects.get(entry=first_entry(who)), state="lost")


@finds("claim_off")
def a_claim_was_won_for_nothing(who: Company) -> None:
    alter(first_entry(who), claimed_by=None, outcome="withdrawn")


@finds("swept_unwarned")
def the_evidence_is_gone(who: Company) -> None:
    alter(first_entry(who), evidence={})


@finds("swept_unwarned")
def nobody_was_warned(who: Company) -> None:
    warnings = Event.objects.filter(verb=Verb.ACCOUNT_WARNED, account_id=quiet(who).pk)
    forget(warnings.earliest("id"))


@finds("swept_too_soon")
def the_notice_was_cut_short(who: Company) -> None:
    evidence = first_entry(who).evidence
    alter(first_entry(who), evidence={**evidence, "pool_on": evidence["warned_on"]})


@finds("swept_too_soon")
def the_sweep_came_before_its_day(who: Company) -> None:
    alter(first_entry(who), entered_at=first_entry(who).entered_at - DAY)


@finds("sweep_off")
def a_sweep_says_too_much(who: Company) -> None:
    alter(SweepRun.objects.latest("night"), warned=F("warned") + 1)


@finds("sweep_off")
def a_sweep_says_too_little(who: Company) -> None:
    alter(SweepRun.objects.filter(pooled__gt=0).latest("night"), pooled=0)


# Handoffs


@finds("step_not_allowed")
def a_step_is_not_in_the_table(who: Company) -> None:
    step = HandoffStep.objects.filter(handoff=handoff(who), track="brief").latest("id")
    alter(step, to_state="missed")


@finds("step_not_allowed")
def a_step_is_lost(who: Company) -> None:
    steps = HandoffStep.objects.filter(handoff=handoff(who), track="brief").order_by("id")
    remove(steps[1])


for column, state in (("transition", "completed"), ("brief_state", "not_usable")):

    def a_track_moves_by_itself(who: Company, column: str = column, state: str = state) -> None:
        alter(handoff(who), **{column: state})

    finds("state_off")(a_track_moves_by_itself)


@finds("state_off")
def a_handoff_has_no_steps(who: Company) -> None:
    for step in HandoffStep.objects.filter(handoff=handoff(who)):
        remove(step)


@finds("superseded_for_nothing")
def a_restored_holder_is_not_taken_up_again(who: Company) -> None:
    period = OwnershipPeriod.objects.filter(account=quiet(who)).latest("began_at")
    alter(period, began_by="restored")
    later = period.began_at + 1_000 * DAY
    steps.take(handoff(who), Track.TRANSITION, "superseded", by=who.cast.ada, at=later)
    alter(handoff(who).steps.latest("id"), taken_at=period.began_at)


@finds("handoff_missing")
def a_handoff_is_torn_from_its_entry(who: Company) -> None:
    alter(handoff(who), entry=None)


@finds("handoff_off_pool")
def a_handoff_comes_from_somebody_else(who: Company) -> None:
    alter(handoff(who), outgoing=who.cast.otto)


@finds("handoff_off_pool")
def a_handoff_goes_to_somebody_else(who: Company) -> None:
    alter(handoff(who), incoming=who.cast.otto)


@finds("handoff_off_pool")
def a_handoff_is_over_while_its_entry_is_open(who: Company) -> None:
    alter(who.handoff("Fading 1"), transfer="cancelled")


@finds("handoff_altered")
def a_handoff_becomes_a_release(who: Company) -> None:
    alter(handoff(who), kind="released")


@finds("transfer_without_period")
def a_transfer_moves(who: Company) -> None:
    row = handoff(who)
    assert row.transferred_at
    alter(row, transferred_at=row.transferred_at + DAY)


@finds("brief_off")
def a_hand_in_is_lost(who: Company) -> None:
    alter(Brief.objects.get(handoff=handoff(who)), first_handed_in_on=None)


@finds("brief_off")
def a_brief_is_owed_again(who: Company) -> None:
    alter(handoff(who), brief_state="owed")


@finds("brief_gap")
def a_version_is_lost(who: Company) -> None:
    remove(BriefVersion.objects.get(brief__handoff=handoff(who), number=2))


@finds("brief_altered")
def a_brief_is_rewritten(who: Company) -> None:
    alter(Brief.objects.get(handoff=handoff(who)), players="Somebody else decides.")


@finds("access_left_over")
def an_access_outlives_its_brief(who: Company) -> None:
    reason = access_reason(handoff(who))
    AccountAccess.objects.create(account=quiet(who), user=who.cast.alice, reason=reason)


@finds("step_altered")
def the_end_of_a_track_is_rewritten(who: Company) -> None:
    step = HandoffStep.objects.filter(handoff=handoff(who), track="brief").latest("id")
    alter(step, to_state="not_usable")
    alter(handoff(who), brief_state="not_usable")


@finds("terms_missing")
def the_terms_are_lost(who: Company) -> None:
    remove(HandoffTerms.objects.get(handoff=handoff(who)))


@finds("terms_off")
def the_terms_get_another_day(who: Company) -> None:
    terms = HandoffTerms.objects.get(handoff=handoff(who))
    alter(terms, brief_due_on=terms.brief_due_on + DAY)


@finds("terms_off")
def the_terms_get_another_policy(who: Company) -> None:
    other = DormancyPolicy.objects.earliest("version")
    alter(HandoffTerms.objects.get(handoff=handoff(who)), policy=other)


@finds("terms_altered")
def the_terms_get_no_plan(who: Company) -> None:
    alter(HandoffTerms.objects.get(handoff=handoff(who)), plan=None)


# Activities and opportunities


@finds("engagement_off")
def a_note_becomes_an_engagement(who: Company) -> None:
    alter(Activity.objects.filter(channel="note").latest("id"), is_engagement=True)


@finds("engagement_off")
def an_engagement_becomes_none(who: Company) -> None:
    alter(Activity.objects.filter(outcome="connected").latest("id"), is_engagement=False)


@finds("activity_day_off")
def a_call_is_stored_for_another_day(who: Company) -> None:
    call = Activity.objects.filter(channel="call").earliest("id")
    alter(call, occurred_on=call.occurred_on - dt.timedelta(days=3))


@finds("posting_altered")
def a_posting_is_explained_otherwise(who: Company) -> None:
    alter(LedgerEntry.objects.latest("id"), explanation="x", inputs={})


@finds("activity_altered")
def a_call_becomes_a_meeting(who: Company) -> None:
    alter(Activity.objects.filter(channel="call").latest("id"), channel="meeting", outcome="held")


@finds("activity_altered")
def a_call_was_on_another_day(who: Company) -> None:
    call = Activity.objects.filter(channel="call").latest("id")
    alter(call, occurred_at=call.occurred_at + dt.timedelta(hours=1))


def lost_card(who: Company) -> Opportunity:
    return Opportunity.objects.get(account=busy(who), stage__kind="lost")


@finds("move_off")
def a_move_is_lost(who: Company) -> None:
    remove(StageChange.objects.filter(opportunity=lost_card(who)).earliest("id"))


@finds("stage_off")
def a_card_moves_by_itself(who: Company) -> None:
    card = Opportunity.objects.get(account=busy(who), closed_on=None)
    alter(card, stage=Stage.objects.get(name="Engaging"))


@finds("stage_off")
def a_card_moved_on_another_day(who: Company) -> None:
    card = Opportunity.objects.get(account=busy(who), closed_on=None)
    alter(card, moved_on=card.moved_on + DAY)


@finds("closing_off")
def a_lost_card_has_no_day(who: Company) -> None:
    alter(lost_card(who), closed_on=None, closed_holder=None)


@finds("closing_off")
def an_open_card_has_a_day(who: Company) -> None:
    card = Opportunity.objects.get(account=busy(who), closed_on=None)
    alter(card, closed_on=card.moved_on)


@finds("win_without_sale")
def a_won_card_has_no_sale(who: Company) -> None:
    alter(Sale.objects.filter(opportunity__isnull=False).latest("id"), opportunity=None)


# Money


@finds("lines_off")
def a_line_is_lost(who: Company) -> None:
    remove(SaleLine.objects.filter(sale=sale_of(who, "Quiet 1")).latest("id"))


@finds("base_off")
def a_base_amount_is_raised(who: Company) -> None:
    sale = sale_of(who, "Released 1", number=1)
    alter(sale, base_amount=sale.base_amount + 1)


@finds("sale_altered")
def a_sale_is_moved_to_another_day(who: Company) -> None:
    sale = sale_of(who, "Released 1", number=1)
    alter(sale, booked_on=sale.booked_on + DAY)


@finds("sale_altered")
def a_sale_is_doubled(who: Company) -> None:
    sale = sale_of(who, "Released 1", number=1)
    alter(sale, amount=2 * sale.amount, base_amount=2 * sale.base_amount)


@finds("reversed_too_much")
def a_reversal_is_doubled(who: Company) -> None:
    reversal = SaleReversal.objects.filter(reason__startswith="The imported").latest("id")
    alter(reversal, amount=2 * reversal.amount)


@finds("reversed_base_off")
def a_reversal_leaves_a_rest(who: Company) -> None:
    reversal = SaleReversal.objects.filter(reason__startswith="The imported").latest("id")
    alter(reversal, base_amount=reversal.base_amount - 1)


@finds("reversed_before_sale")
def a_reversal_comes_first(who: Company) -> None:
    alter(SaleReversal.objects.latest("id"), reversed_on=dt.date(2020, 1, 1))


@finds("reversal_altered")
def a_reversal_is_changed(who: Company) -> None:
    alter(SaleReversal.objects.earliest("id"), amount=Decimal(50), base_amount=Decimal(50))


@finds("revision_off")
def a_revision_is_left_out(who: Company) -> None:
    alter(sale_of(who, "Released 1", number=1), revision=3)


@finds("revision_off")
def an_old_revision_stands(who: Company) -> None:
    remove(SaleReversal.objects.get(sale=sale_of(who, "Released 1")))


def posting(who: Company) -> LedgerEntry:
    return LedgerEntry.objects.filter(handoff=handoff(who), kind="first_sale").earliest("id")


@finds("ledger_off")
def a_posting_is_raised(who: Company) -> None:
    alter(posting(who), amount=posting(who).amount + 1)


@finds("ledger_off")
def a_posting_is_lost(who: Company) -> None:
    remove(LedgerEntry.objects.filter(kind="commission").latest("id"))


@finds("ledger_off")
def a_posting_goes_to_somebody_else(who: Company) -> None:
    alter(posting(who), beneficiary=who.cast.bob)


@finds("ledger_off")
def a_plan_is_changed(who: Company) -> None:
    plan = posting(who).incentive_plan
    assert plan
    alter(plan, first_sale_rate=Decimal("0.06"))


@finds("ledger_gap")
def a_posting_is_renumbered(who: Company) -> None:
    alter(LedgerEntry.objects.filter(number=2).latest("id"), number=7)


@finds("ledger_gap")
def a_posting_is_doubled_and_taken_back(who: Company) -> None:
    first = LedgerEntry.objects.filter(number=1).earliest("id")
    for amount in (5, -5):
        first.pk, first.number, first.amount = None, first.number + 10, Decimal(amount)
        first.save(force_insert=True)


@finds("posting_altered")
def two_postings_change_and_add_up(who: Company) -> None:
    later = LedgerEntry.objects.filter(number=2).latest("id")
    first = LedgerEntry.objects.get(
        number=1, sale=later.sale, kind=later.kind, beneficiary=later.beneficiary
    )
    alter(first, amount=first.amount + 7)
    alter(later, amount=later.amount - 7)


# The record


@finds("event_dangling")
def an_event_names_nothing(who: Company) -> None:
    alter(
        Event.objects.filter(verb=Verb.ACCOUNT_CHANGED).first() or Event.objects.earliest("id"),
        subject_id=999_999_999,
    )


@finds("ref_dangling")
def another_systems_name_names_nothing(who: Company) -> None:
    alter(ExternalRef.objects.earliest("id"), subject_id=999_999_999)


@pytest.mark.parametrize(
    ("code", "do"), DAMAGES, ids=[f"{code}-{do.__name__}" for code, do in DAMAGES]
)
def test_damage_is_found(who: Company, code: str, do: Damage) -> None:
    damage(who, do)
    assert code in codes()


@pytest.mark.parametrize(
    "recorded", EVENTS, ids=[f"{each.rows.model.__name__}-{each.verbs[0]}" for each in EVENTS]
)
def test_a_lost_event_is_found(who: Company, recorded: Recorded) -> None:
    model = recorded.rows.model
    events = Event.objects.filter(
        subject_type=ContentType.objects.get_for_model(model), verb__in=recorded.verbs
    )
    lost = events.latest("id")
    damage(who, lambda who: forget(lost))
    found = [finding for finding in findings() if finding.code == recorded.code]
    assert [finding.sentence for finding in found] == [
        f"There is no event {recorded.verbs[0]} of {model.__name__} {lost.subject_id}."
    ]


def test_every_missing_guard_is_found(who: Company) -> None:
    connection.check_constraints()
    triggers.drop_all()
    found = findings()
    assert {finding.code for finding in found} == {"guard_missing"}
    assert len(found) == len(triggers.wanted())


@pytest.mark.usefixtures("who")
def test_what_search_does_not_know_is_found() -> None:
    spoil()
    assert {finding.code for finding in findings()} == {"search_stale"}


def test_no_code_is_without_its_damage() -> None:
    """What verify can say is read from its source; each is said in a test above."""
    source = "".join(
        path.read_text()
        for path in (Path(settings.BASE_DIR) / "operations" / "verify").glob("*.py")
    )
    said = set(re.findall(r'(?:Finding|Recorded|Said|_dangling\(\w+,)\(?\s*"(\w+)"', source))
    tried = {code for code, _ in DAMAGES} | {each.code for each in EVENTS}
    assert said == tried | {"guard_missing", "search_stale"}


# The command


def test_the_command_says_that_nothing_is_off(
    who: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify")
    assert capsys.readouterr().out == "Nothing is off.\n"


def test_the_command_says_what_is_off_and_fails(
    who: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(who, a_card_moves_by_itself)
    damage(who, the_evidence_is_gone)
    triggers.install_all()
    with pytest.raises(CommandError, match="2 findings") as failed:
        call_command("verify")
    assert failed.value.returncode == 1
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("stage_off: Opportunity ")
    assert said[1] == f"swept_unwarned: Quiet 1 ({quiet(who).pk}) was swept without evidence."


def test_verify_changes_nothing(who: Company) -> None:
    damage(who, a_track_moves_by_itself)
    before = [*Handoff.objects.values(), *Account.objects.values()]
    assert codes()
    assert [*Handoff.objects.values(), *Account.objects.values()] == before
