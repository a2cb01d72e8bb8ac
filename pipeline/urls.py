"""The addresses of this room's pages."""

from django.urls import path

from pipeline.views import activities, next_steps, opportunities

urlpatterns = [
    path("activities/<int:pk>/", activities.activity, name="activity"),
    path("activities/<int:pk>/undo/", activities.undo, name="activity_undo"),
    path("accounts/<int:account_pk>/next-steps/new/", next_steps.new, name="next_step_new"),
    path("next-steps/<int:pk>/settle/", next_steps.settle, name="next_step_settle"),
    path("accounts/<int:account_pk>/opportunities/new/", opportunities.new, name="opportunity_new"),
    path("opportunities/<int:pk>/", opportunities.opportunity, name="opportunity"),
    path("opportunities/<int:pk>/change/", opportunities.change, name="opportunity_change"),
    path("opportunities/<int:pk>/move/", opportunities.move, name="opportunity_move"),
    path("opportunities/<int:pk>/win/", opportunities.win, name="opportunity_win"),
    path("opportunities/<int:pk>/lose/", opportunities.lose, name="opportunity_lose"),
]
