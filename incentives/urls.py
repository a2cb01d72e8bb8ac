"""The addresses of this room's pages."""

from django.urls import path

from incentives.views.payouts import payouts

urlpatterns = [path("payouts/", payouts, name="payouts")]
