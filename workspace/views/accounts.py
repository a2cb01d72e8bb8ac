"""The list of accounts, and what was sold to one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts_app.dormancy import rule_in_force
from accounts_app.models import Account
from core.days import day_of
from core.keyset import page_of
from core.pages import SignedInRequest
from pipeline.models import Sale
from pipeline.sales_net import net_amount
from workspace.forms import AccountFilter
from workspace.meter import meter

PAGE_SIZE = 50


@require_safe
@login_required
def accounts(request: SignedInRequest) -> HttpResponse:
    """By name; the number of accounts is never asked for."""
    chosen = AccountFilter(request.GET)
    page = page_of(
        Account.objects.visible_to(request.user)
        .matching(**chosen.chosen(request.user))
        .select_related("owner"),
        by="name",
        size=PAGE_SIZE,
        cursor=request.GET.get("after", ""),
    )
    rule, on = rule_in_force(), day_of(timezone.now())
    rows = [(account, meter(account, rule, on=on, reader=request.user)) for account in page.rows]
    context = {"filter": chosen, "page": page, "rows": rows}
    return render(request, "workspace/accounts.html", context)


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
