"""Adding somebody at the customer, and changing what is known of them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts_app import contacts
from accounts_app.authority import check_may_write
from accounts_app.forms import ContactForm
from accounts_app.models import Account, Contact
from core.pages import SignedInRequest, refusals_on, status_of


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: SignedInRequest, account_pk: int) -> HttpResponse:
    """A new contact of an account."""
    account = get_object_or_404(Account.objects.visible_to(request.user), pk=account_pk)
    at = timezone.now()
    check_may_write(request.user, account, at=at)
    form = ContactForm(request.POST or None, account=account)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            added = contacts.add_contact(account, by=request.user, at=at, **form.facts())
            messages.success(request, f"{added} is on the map.")
            return redirect("account", account.pk)
    return _render(request, form, account, f"Add somebody at {account}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is known of a contact: role, stance, whether they are still there."""
    visible = Account.objects.visible_to(request.user)
    contact = get_object_or_404(Contact.objects.select_related("account"), pk=pk)
    account = get_object_or_404(visible, pk=contact.account_id)
    at = timezone.now()
    check_may_write(request.user, account, at=at)
    name, roles = contact.name, sorted(contacts.roles_of(contact))
    form = ContactForm(
        request.POST or None, account=account, instance=contact, initial={"roles": roles}
    )
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            contacts.change_contact(contact, by=request.user, at=at, **form.facts())
            messages.success(request, f"What is known of {name} is kept.")
            return redirect("account", account.pk)
    return _render(request, form, account, f"{name} at {account}")


def _render(
    request: SignedInRequest, form: ContactForm, account: Account, title: str
) -> HttpResponse:
    context = {"form": form, "account": account, "title": title, "say": "Keep"}
    return render(request, "components/form_page.html", context, status=status_of(form))
