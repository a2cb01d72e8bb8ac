"""Generated histories: the plain rule, the stored columns, the facts and the set-based
recomputation always say the same (domain §4)."""

import pytest
from hypothesis import settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from accounts_app import dormancy, dormancy_rule
from tests import factories
from tests.pipeline import stories
from tests.pipeline.stories import Story, from_facts, stored

pytestmark = pytest.mark.django_db


class Checked(Story):
    """After every step the four agree, and nobody is due for the pool without notice."""

    @invariant()
    def agree(self) -> None:
        row, rule = stored(self.account), dormancy.rule_in_force()
        assert row == self.life.columns()
        assert {name: row[name] for name in dormancy.SIGN_COLUMNS} == from_facts(self.account)
        facts = dormancy.facts_of(factories.fresh(self.account))
        assert row["dormant_on"] == dormancy_rule.dormant_on(facts, rule)
        if rule is None:
            assert row["pool_on"] is None
            return
        first = last = self.account.pk
        rows = dormancy.recompute(first, last, rule=rule, on=self.today)
        assert rows == (1 if self.life.holder else 0)
        assert stored(self.account) == row

    @invariant()
    def nobody_is_due_without_notice(self) -> None:
        row, rule = factories.fresh(self.account), dormancy.rule_in_force()
        assert (row.pool_on is None) == (row.warned_on is None)
        if row.warned_on and row.pool_on and row.dormant_on and rule:
            assert row.pool_on >= row.dormant_on
            assert (row.pool_on - row.warned_on).days >= rule.notice_days


class Everything(
    Checked,
    stories.Activities,
    stories.Sales,
    stories.Contracts,
    stories.Holding,
    stories.Policies,
    stories.Warnings,
):
    pass


class PipelineAndPool(Checked, stories.Activities, stories.Cards, stories.Holding):
    """The fewer the kinds of steps, the deeper they go."""

    def __init__(self) -> None:
        super().__init__()
        self.held_by_a_policy()


class WarningsAndPolicies(
    Checked, stories.Sales, stories.Holding, stories.Policies, stories.Warnings
):
    def __init__(self) -> None:
        super().__init__()
        self.held_by_a_policy()


@pytest.mark.parametrize("machine", [Everything, PipelineAndPool, WarningsAndPolicies])
def test_all_agree_after_every_step(machine: type[Story]) -> None:
    factories.cast()
    examples = settings().max_examples // 2
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=20)
    )
