"""The addresses of the API: every resource, the schema, and the page to try it on."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.urls import include, path, re_path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from accounts_app.api import viewsets as accounts_app
from core.api import viewsets as core
from handoffs.api import viewsets as handoffs
from incentives.api import viewsets as incentives
from pipeline.api import viewsets as pipeline
from workspace.api import viewsets as workspace

router = SimpleRouter()
router.register("users", core.Users)
router.register("teams", core.Teams)
router.register("accounts", workspace.Accounts)
router.register("contacts", accounts_app.Contacts)
router.register("activities", pipeline.Activities)
router.register("next-steps", pipeline.NextSteps)
router.register("stages", pipeline.Stages)
router.register("products", pipeline.Products)
router.register("opportunities", pipeline.Opportunities)
router.register("sales", pipeline.Sales)
router.register("pool", workspace.Pool)
router.register("handoffs", workspace.Handoffs)
router.register("briefs", handoffs.Briefs, basename="brief")
router.register("policies", accounts_app.Policies)
router.register("plans/incentive", incentives.IncentivePlans)
router.register("plans/commission", incentives.CommissionPlans)
router.register("ledger", incentives.LedgerEntries)
router.register("events", core.Events)


@extend_schema(exclude=True)
class Nowhere(APIView):
    """An address that is none is a problem too, not a page."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound("There is nothing at this address. Addresses end with a slash.")


class Description(SpectacularAPIView):
    """The schema, in YAML or JSON; a problem is JSON here too."""

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        if final.exception:
            final.accepted_renderer = JSONRenderer()
        return final


urlpatterns = [
    path("", include(router.urls)),
    path("schema/", Description.as_view(), name="schema"),
    path("docs/", login_required(SpectacularSwaggerSplitView.as_view()), name="docs"),
    re_path(r"^.*$", Nowhere.as_view()),
]
