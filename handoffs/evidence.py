"""Every sign of an account at one moment, and which one counted, for anybody to check."""

from typing import Any

from accounts_app import dormancy_rule
from accounts_app.dormancy import facts_of
from accounts_app.dormancy_rule import Rule
from accounts_app.models import Account


def of(account: Account, rule: Rule) -> dict[str, Any]:
    """The signs with their days, the one that counts, and the deadlines that follow."""
    facts = facts_of(account)
    counting = dormancy_rule.counting_sign(facts, rule)
    return {
        "signs": [
            {"sign": sign.kind, "alive_until": sign.alive_until, "counts": sign.counts}
            for sign in dormancy_rule.signs(facts, rule)
        ],
        "counted": counting.kind if counting else None,
        "quiet_since": dormancy_rule.quiet_since(facts, rule),
        "dormant_on": account.dormant_on,
        "warned_on": account.warned_on,
        "pool_on": account.pool_on,
    }
