"""The demo company: a year through the verbs that people use."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts_app.models import Account
from core.models import User
from handoffs.models import BriefState, Handoff, PoolEntry, SweepRun
from incentives.models import LedgerEntry
from operations import demo
from pipeline.models import Activity, SaleReversal
from tests import factories

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)


def test_a_small_company_lives_through_a_year_and_nothing_is_off() -> None:
    """``build`` itself refuses to end with a finding of ``verify``."""
    demo.build(now=NOW, seed=3, accounts=28)
    assert Account.objects.count() == 28
    assert SweepRun.objects.filter(finished_at__isnull=False).count() == 365
    assert SweepRun.objects.latest("night").night == dt.date(2026, 11, 21)
    assert Activity.objects.count() > 300
    assert PoolEntry.objects.exists()
    assert SaleReversal.objects.exists()
    assert Handoff.objects.filter(brief_state=BriefState.ACCEPTED).exists()
    assert LedgerEntry.objects.incentive().exists()
    assert LedgerEntry.objects.commission().exists()
    assert User.objects.get(username="alice").check_password(demo.PASSWORD)
    assert demo.is_the_demo()


def test_it_is_not_mixed_into_other_data_nor_are_those_thrown_away() -> None:
    account = factories.owned()
    for options in ({}, {"reset": True}):
        with pytest.raises(CommandError):
            call_command("demo", **options, stdout=StringIO())
    assert list(Account.objects.all()) == [account]
