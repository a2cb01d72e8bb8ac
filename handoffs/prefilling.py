"""What the record says already, for a brief that is about to be written (domain §5)."""

from accounts_app.models import Account, Contact, Status
from handoffs.briefs import BriefTexts
from pipeline.models import NextStep, StepState


def from_record(account: Account) -> BriefTexts:
    """A first draft: the contact map, complaints, key dates and open steps, a line each."""
    steps = [f"{step.what} (by {step.due_on})" for step in _open_steps(account)]
    complaints = account.complaints.filter(resolved_on__isnull=True)
    return BriefTexts(
        players="\n".join(_players(account)),
        complaints="\n".join(f"{each.what} (since {each.raised_on})" for each in complaints),
        key_dates="\n".join(
            f"{each.what}: {each.on}{', every year' if each.yearly else ''}"
            for each in account.key_dates.all()
        ),
        next_step=steps[0] if steps else "",
        promises="\n".join(steps[1:]),
    )


def _players(account: Account) -> list[str]:
    contacts = account.contacts.filter(status=Status.ACTIVE).prefetch_related("roles")
    return [_player(contact) for contact in contacts]


def _player(contact: Contact) -> str:
    """ "Jo Berg, buyer: decision maker, supporter"."""
    name = f"{contact.name}, {contact.title}" if contact.title else contact.name
    said = [role.get_kind_display().lower() for role in contact.roles.all()]
    if contact.stance:
        said.append(contact.get_stance_display().lower())
    return f"{name}: {', '.join(said)}" if said else name


def _open_steps(account: Account) -> list[NextStep]:
    return list(account.next_steps.filter(state=StepState.OPEN))
