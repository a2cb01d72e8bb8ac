"""The list of accounts, what can be done with several, and what was sold to one."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts_app.models import Account
from accounts_app.querysets import AccountQuerySet
from core import preferences
from core.days import day_of
from core.inputs import is_id
from core.keyset import page_of
from core.models import SavedList
from core.pages import SignedInRequest, status_of
from pipeline.models import Sale
from pipeline.sales_net import net_amount
from workspace.account_list import PAGE_SIZE, account_list
from workspace.bulk import release_all, set_steps
from workspace.exports import accounts_as_csv
from workspace.forms import AccountFilter, BulkForm

PAGE = "accounts"


@require_safe
@login_required
def accounts(request: SignedInRequest) -> HttpResponse:
    """In the order of an index; the number of accounts is never asked for."""
    chosen = AccountFilter(request.GET)
    shown = account_list(
        _matching(request, chosen),
        reader=request.user,
        on=day_of(timezone.now()),
        sort=chosen.order(),
        columns=chosen.columns(),
        cursor=request.GET.get("after", ""),
    )
    context = {
        "filter": chosen,
        "list": shown,
        "bulk": BulkForm(accounts=[]),
        "saved": SavedList.objects.filter(user=request.user, page=PAGE),
        "query": kept_query(request),
    }
    return render(request, "workspace/accounts.html", context)


@require_safe
@login_required
def export(request: SignedInRequest) -> StreamingHttpResponse:
    """The same accounts as a file that the import reads."""
    rows = _matching(request, AccountFilter(request.GET))
    answer = StreamingHttpResponse(accounts_as_csv(rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="accounts.csv"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def saved_list(request: SignedInRequest) -> HttpResponse:
    """Keeps the list as it stands under a name, or forgets it."""
    if request.method == "POST":
        name, query = request.POST.get("name", ""), request.POST.get("query", "")
        if "forget" in request.POST:
            preferences.forget_list(request.user, page=PAGE, name=name)
        else:
            preferences.save_list(request.user, page=PAGE, name=name, query=query)
        return redirect(f"{reverse('accounts')}?{QueryDict(query).urlencode()}")
    return redirect("accounts")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bulk(request: SignedInRequest) -> HttpResponse:
    """The same step for the accounts that were ticked; letting go is asked once more."""
    if request.method != "POST":
        return redirect("accounts")
    ids = [int(text) for text in request.POST.getlist("account") if is_id(text)][:PAGE_SIZE]
    ticked = list(Account.objects.visible_to(request.user).filter(pk__in=ids).order_by("name"))
    form = BulkForm(request.POST, accounts=ticked)
    context: dict[str, Any] = {"form": form, "accounts": ticked}
    if form.is_valid():
        facts = form.cleaned_data
        if facts["do"] == "step":
            context["outcomes"] = set_steps(
                ticked,
                what=facts["what"],
                due_on=facts["due_on"],
                by=request.user,
                at=timezone.now(),
            )
        elif facts["sure"]:
            context["outcomes"] = release_all(ticked, by=request.user, at=timezone.now())
    return render(request, "workspace/bulk.html", context, status=status_of(form))


def kept_query(request: HttpRequest) -> str:
    """What the list was asked for, without the place in it."""
    query = request.GET.copy()
    query.pop("after", None)
    return query.urlencode()


def _matching(request: SignedInRequest, chosen: AccountFilter) -> AccountQuerySet:
    return Account.objects.visible_to(request.user).matching(**chosen.chosen(request.user))


@require_safe
@login_required
def sales(request: SignedInRequest, pk: int) -> HttpResponse:
    """Its sales, the newest first, and the opportunities that were closed."""
    account = get_object_or_404(Account.objects.visible_to(request.user), pk=pk)
    booked = Sale.objects.of(account).with_taken_back().select_related("credited_to", "opportunity")
    page = page_of(booked, by="-booked_on", size=PAGE_SIZE, cursor=request.GET.get("after", ""))
    closed = account.opportunities.filter(closed_on__isnull=False).select_related(
        "stage", "closed_holder"
    )
    context = {
        "account": account,
        "page": page,
        "sales": [(sale, net_amount(sale)) for sale in page.rows],
        "closed": closed.order_by("-closed_on", "-id")[:PAGE_SIZE],
    }
    return render(request, "workspace/sales.html", context)
