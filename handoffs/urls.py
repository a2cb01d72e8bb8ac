"""The addresses of this room's pages."""

from django.urls import path

from handoffs.views import briefs, claims

urlpatterns = [
    path("pool/<int:pk>/claim/", claims.claim, name="claim"),
    path("handoffs/<int:pk>/brief/", briefs.brief, name="brief"),
    path("handoffs/<int:pk>/brief/ask/", briefs.ask, name="brief_ask"),
    path("handoffs/<int:pk>/brief/judge/", briefs.judge, name="brief_judge"),
    path("handoffs/<int:pk>/brief/<int:number>/", briefs.version, name="brief_version"),
]
