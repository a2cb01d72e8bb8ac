"""Dormancy policies: proposed, talked over, adopted, and then brought into force (domain §4)."""

import datetime as dt
from collections import Counter
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, Q

from accounts_app import dormancy
from accounts_app.dormancy_rule import Rule
from accounts_app.models import Account, DormancyPolicy, PolicyApplication, PolicyComment
from accounts_app.querysets import AccountQuerySet
from core import events
from core.days import DaysLater, day_of
from core.errors import NotAllowed, Refused, sentences
from core.models import Event, Role, User, Verb
from core.roles import runs_it

COMMENT_DAYS = 7
SIGNS_IN_WORDS = {
    "counts_engagement": "an engagement of the customer",
    "counts_sale": "a sale",
    "counts_pipeline": "an open pipeline that was engaged with",
    "counts_contract": "the last day of a contract",
    "counts_interest": "the day until which the customer is interested",
}
RANGE_SIZE = 5_000
SETTABLE = frozenset(
    {
        "dormant_after_days",
        "warn_days",
        "notice_days",
        "pipeline_stalled_after_days",
        "longest_wait_days",
        "brief_due_days",
        "brief_accept_days",
        "claim_window_hours",
        "reclaim_cooldown_days",
        "max_unworked_claims",
        "counts_engagement",
        "counts_sale",
        "counts_pipeline",
        "counts_contract",
        "counts_interest",
    }
)


@transaction.atomic
def propose(*, by: User, at: dt.datetime, **figures: Any) -> DormancyPolicy:
    """A new version for the team to talk over. Figures that are not named stay as they are."""
    if not (runs_it(by) or (by.is_active and by.role == Role.MANAGER)):
        raise NotAllowed("Managers and administrators propose policies.")
    unknown = sorted(set(figures) - SETTABLE)
    if unknown:
        raise Refused(
            "unknown_figure",
            f"A policy has no figure called {unknown[0]}. It has: {', '.join(sorted(SETTABLE))}.",
        )
    latest = DormancyPolicy.objects.adopted().order_by("-version").first()
    kept = {name: getattr(latest, name) for name in SETTABLE} if latest else {}
    number = DormancyPolicy.objects.aggregate(last=Max("version"))["last"] or 0
    policy = DormancyPolicy(
        version=number + 1, proposed_by=by, proposed_at=at, **{**kept, **figures}
    )
    _check(policy)
    policy.save()
    events.record(
        verb=Verb.POLICY_PROPOSED, subject=policy, actor=by, at=at, changes={"figures": figures}
    )
    return policy


@transaction.atomic
def comment(policy: DormancyPolicy, *, by: User, text: str, at: dt.datetime) -> PolicyComment:
    """What somebody says of a proposal. Anybody who signs in may, while it is open."""
    if not by.is_active:
        raise NotAllowed("Who no longer signs in does not comment.")
    if policy.adopted_at is not None:
        raise Refused("already_adopted", f"{policy} is adopted; comments are closed.")
    if not text.strip():
        raise Refused("empty_comment", "A comment needs some words.")
    said = PolicyComment.objects.create(policy=policy, author=by, text=text.strip(), said_at=at)
    events.record(verb=Verb.POLICY_COMMENTED, subject=policy, actor=by, at=at)
    return said


@transaction.atomic
def adopt(
    policy: DormancyPolicy,
    *,
    by: User,
    at: dt.datetime,
    effective_on: dt.date | None = None,
    last_sweep_on: dt.date | None = None,
) -> DormancyPolicy:
    """Adopts a proposal for good.

    The first policy takes effect at once or on a day that no sweep has passed; every other one at
    least ``warn_days`` after its adoption, and after ``COMMENT_DAYS`` of being open for comment.
    Whom a policy brings forward is told on the day of its adoption.
    """
    if not runs_it(by):
        raise NotAllowed("Only administrators adopt a policy.")
    policy = DormancyPolicy.objects.select_for_update().get(pk=policy.pk)
    if policy.adopted_at is not None:
        raise Refused("already_adopted", f"{policy} has been adopted.")
    newest = DormancyPolicy.objects.adopted().order_by("-version").first()
    if newest is None:
        policy.effective_on = _first_day(effective_on or day_of(at), last_sweep_on)
    else:
        policy.effective_on = _later_day(policy, newest, effective_on, at=at)
    policy.adopted_by, policy.adopted_at = by, at
    policy.save()
    event = events.record(
        verb=Verb.POLICY_ADOPTED,
        subject=policy,
        actor=by,
        at=at,
        changes={"effective_on": policy.effective_on},
    )
    if newest is not None:
        _tell_whom_it_brings_forward(policy, event)
    return policy


def apply_due(*, on: dt.date, at: dt.datetime, by: User) -> list[DormancyPolicy]:
    """Brings into force what is due by ``on``, oldest first, and finishes what was cut off."""
    if not DormancyPolicy.objects.to_apply(on=on).exists():
        return []
    finish_applications(on=on, at=at, by=by)
    applied = []
    for policy in DormancyPolicy.objects.due(on=on).order_by("effective_on", "version"):
        PolicyApplication.objects.get_or_create(policy=policy, defaults={"applied_on": on})
        finish_applications(on=on, at=at, by=by)
        applied.append(policy)
    return applied


def finish_applications(*, on: dt.date, at: dt.datetime, by: User) -> None:
    """Recomputes, range by range, what an unfinished application has not reached yet.

    Each range commits with its mark, so a killed run goes on where it stopped.
    """
    for application in PolicyApplication.objects.filter(finished_at__isnull=True).order_by("id"):
        while _recompute_next_range(application.pk, on=on):
            pass
        _finish(application.pk, at=at, by=by)


@transaction.atomic
def _recompute_next_range(application_id: int, *, on: dt.date) -> bool:
    application = PolicyApplication.objects.select_for_update().get(pk=application_id)
    after = Account.objects.filter(id__gt=application.done_through).order_by("id")
    ids = list(after.values_list("id", flat=True)[:RANGE_SIZE])
    if not ids:
        return False
    rule = application.policy.rule
    if DormancyPolicy.objects.in_force() == application.policy:
        dormancy.recompute(ids[0], ids[-1], rule=rule, on=on)
    application.done_through = ids[-1]
    application.save(update_fields=["done_through"])
    return True


@transaction.atomic
def _finish(application_id: int, *, at: dt.datetime, by: User) -> None:
    application = PolicyApplication.objects.select_for_update().get(pk=application_id)
    if application.finished_at is not None:
        return
    application.finished_at = at
    application.save(update_fields=["finished_at"])
    events.record(
        verb=Verb.POLICY_APPLIED,
        subject=application.policy,
        actor=by,
        at=at,
        changes={"applied_on": application.applied_on},
    )


def _check(policy: DormancyPolicy) -> None:
    try:
        policy.clean_fields()
        _check_warning(policy)
        policy.full_clean()
    except ValidationError as error:
        raise Refused("bad_figures", sentences(error)) from error


def _check_warning(policy: DormancyPolicy) -> None:
    if policy.warn_days > policy.dormant_after_days:
        raise Refused(
            "bad_figures",
            f"A warning {policy.warn_days} days before cannot be given: an account is dormant after"
            f" {policy.dormant_after_days} quiet days.",
        )


def _first_day(wished: dt.date, last_sweep_on: dt.date | None) -> dt.date:
    if last_sweep_on is not None and wished <= last_sweep_on:
        raise Refused(
            "sweep_has_run",
            f"A sweep has run on {last_sweep_on}; a policy can only take effect after that.",
        )
    return wished


def _later_day(
    policy: DormancyPolicy, newest: DormancyPolicy, wished: dt.date | None, *, at: dt.datetime
) -> dt.date:
    open_until = day_of(policy.proposed_at) + dt.timedelta(days=COMMENT_DAYS)
    if day_of(at) < open_until:
        raise Refused(
            "open_for_comment",
            f"{policy} is open for comment until {open_until}; adopt it then.",
            until=open_until,
        )
    warn_days = max(policy.warn_days, newest.warn_days)
    earliest = day_of(at) + dt.timedelta(days=warn_days)
    if newest.effective_on is not None:
        earliest = max(earliest, newest.effective_on + dt.timedelta(days=1))
    if wished is not None and wished < earliest:
        raise Refused(
            "too_soon",
            f"A new policy takes effect at least {warn_days} days after its adoption:"
            f" on {earliest} or later.",
            earliest=earliest,
        )
    return wished or earliest


def _tell_whom_it_brings_forward(policy: DormancyPolicy, event: Event) -> None:
    """One sentence per holder: how many of their accounts the new policy brings forward."""
    counts = Counter(brought_forward(policy.rule).values_list("owner_id", flat=True))
    for holder in User.objects.active().filter(pk__in=counts):
        number = counts[holder.pk]
        accounts = "1 of your accounts falls" if number == 1 else f"{number} of your accounts fall"
        events.tell(
            event,
            f"From {policy.effective_on} a new policy holds. By it {accounts} quiet sooner.",
            [holder],
        )


def brought_forward(rule: Rule) -> AccountQuerySet:
    """Owned accounts that ``rule`` would make dormant sooner than the rule in force does."""
    would_be = DaysLater(dormancy.quiet_since_sql(rule), rule.dormant_after_days)
    return (
        Account.objects.owned()
        .annotate(would_be=would_be)
        .filter(Q(dormant_on__isnull=True) | Q(would_be__lt=F("dormant_on")))
        .order_by("id")
    )


def in_words(policy: DormancyPolicy) -> str:
    """The policy in plain sentences, for anybody to check."""
    signs = [
        "the take-over",
        *(words for name, words in SIGNS_IN_WORDS.items() if getattr(policy, name)),
    ]
    return (
        f"An account is quiet since the latest of these: {', '.join(signs)}."
        f" After {policy.dormant_after_days} quiet days it is dormant."
        f" Its holder is warned {policy.warn_days} days before; {policy.notice_days} days after the"
        f" warning at the earliest, and not before it is dormant, it goes to the pool."
        f" An open pipeline counts for {policy.pipeline_stalled_after_days} days after the last"
        f" engagement, a stated interest for {policy.longest_wait_days} days at the most."
        f" The brief is due {policy.brief_due_days} days after the account leaves its holder, and"
        f" silence accepts it after {policy.brief_accept_days} days."
        f" Who held it may claim it again after {policy.reclaim_cooldown_days} days;"
        f" {policy.max_unworked_claims} claimed accounts without a conversation are the most."
        f" The rule is the same for everybody."
    )
