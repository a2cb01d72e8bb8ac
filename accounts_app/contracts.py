"""Agreements with a customer; the last day of one is a sign of life (domain §2, §4)."""

import datetime as dt

from django.db import transaction

from accounts_app import dormancy
from accounts_app.authority import check_may_write
from accounts_app.models import Account, Contract
from accounts_app.signals import contract_moved, sign_arrived
from core import events
from core.days import FAR, day_of
from core.errors import Refused
from core.locking import locked
from core.models import User, Verb


@transaction.atomic
def add_contract(
    account: Account,
    *,
    starts_on: dt.date,
    ends_on: dt.date | None,
    by: User,
    at: dt.datetime,
    name: str = "",
) -> Contract:
    """Without a last day the contract runs until it is voided."""
    check_may_write(by, account, at=at)
    if ends_on is not None and ends_on < starts_on:
        raise Refused("ends_before_start", f"The contract ends on {ends_on}, before {starts_on}.")
    contract = Contract.objects.create(
        account=account, starts_on=starts_on, ends_on=ends_on, name=name
    )
    events.record(
        verb=Verb.CONTRACT_ADDED,
        subject=contract,
        account_id=account.pk,
        actor=by,
        at=at,
        changes={"starts_on": starts_on, "ends_on": ends_on},
    )
    row = dormancy.note_sign(account, on=day_of(at), contract_until=ends_on or FAR)
    sign_arrived.send(sender=Account, account=row, at=at)
    contract_moved.send(sender=Contract, contract=contract, at=at)
    return contract


@transaction.atomic
def void_contract(contract: Contract, *, reason: str, by: User, at: dt.datetime) -> Contract:
    """Takes back a contract that was entered by mistake; the account's clock follows."""
    account = locked(contract.account)
    contract = locked(contract)
    check_may_write(by, account, at=at)
    if contract.voided_at is not None:
        raise Refused("already_voided", f"{contract} was voided on {day_of(contract.voided_at)}.")
    if not reason.strip():
        raise Refused("no_reason", "Say why the contract is voided.")
    contract.voided_at, contract.void_reason = at, reason.strip()
    contract.save(update_fields=["voided_at", "void_reason"])
    events.record(
        verb=Verb.CONTRACT_VOIDED,
        subject=contract,
        account_id=contract.account_id,
        actor=by,
        at=at,
        changes={"reason": contract.void_reason},
    )
    dormancy.correct_signs(account, on=day_of(at), contract_until=contract_until(account))
    contract_moved.send(sender=Contract, contract=contract, at=at)
    return contract


def contract_until(account: Account) -> dt.date | None:
    """The last day of the contract that runs longest, from the contracts themselves."""
    days = [
        ends_on or FAR
        for ends_on in account.contracts.filter(voided_at__isnull=True).values_list(
            "ends_on", flat=True
        )
    ]
    return max(days, default=None)
