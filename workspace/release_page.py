"""What letting go of an account today may earn, and what stands in the way (domain §6)."""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from accounts_app.models import Account, DormancyPolicy
from core.days import day_of
from handoffs.models import Handoff, Kind, TransferState
from incentives.entitlement import Reason, why_nothing
from incentives.facts import AccountRecord, handoff_facts
from incentives.models import HandoffTerms, IncentivePlan

# They depend on a brief that is only written after the release.
STILL_TO_COME = frozenset({"brief_not_on_time", "brief_not_accepted"})


@dataclass(frozen=True)
class ReleaseOutlook:
    """``plan`` is None where nothing is promised today; ``obstacles`` cannot be mended later."""

    plan: IncentivePlan | None
    brief_due_on: dt.date | None
    obstacles: list[Reason]
    currency: str


def release_outlook(account: Account, *, at: dt.datetime) -> ReleaseOutlook:
    """As if it were released now. Nothing is written."""
    on = day_of(at)
    plan, policy = IncentivePlan.objects.in_effect(on=on), DormancyPolicy.objects.in_force()
    due = on + dt.timedelta(days=policy.brief_due_days) if policy else None
    if plan is None or policy is None or due is None or account.owner is None:
        return ReleaseOutlook(plan, due, [], settings.BASE_CURRENCY)
    draft = Handoff(
        account=account,
        outgoing=account.owner,
        kind=Kind.RELEASED,
        opened_at=at,
        opened_on=on,
        brief_due_on=due,
        brief_accept_days=policy.brief_accept_days,
        transfer=TransferState.POOLED,
        pays_incentive=True,
    )
    HandoffTerms(handoff=draft, plan=plan, policy=policy, brief_due_on=due, frozen_at=at)
    record = AccountRecord(account)
    record.handoffs.append(draft)
    facts = handoff_facts(record, draft)
    reasons = why_nothing(facts) if facts else []
    lasting = [reason for reason in reasons if reason.code not in STILL_TO_COME]
    return ReleaseOutlook(plan, due, lasting, settings.BASE_CURRENCY)
