"""Users, teams and the record."""

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema

from core.api.endpoints import ReadOnly
from core.api.filters import EventFilters, TeamFilters, UserFilters
from core.api.serializers import EventOut, TeamOut, UserOut
from core.days import day_of
from core.models import Event, Team, TeamMembership, User


class Users(ReadOnly[User]):
    """The people, with the team that each is in today."""

    resource = "users"
    queryset = User.objects.get_queryset()
    serializer_class = UserOut
    filterset_class = UserFilters
    orderings = ("username", "id")

    def get_queryset(self) -> QuerySet[User]:
        teams = Prefetch("memberships", TeamMembership.objects.select_related("team"))
        return User.objects.visible_to(self.person).prefetch_related(teams)


class Teams(ReadOnly[Team]):
    """The teams and who leads them."""

    resource = "teams"
    queryset = Team.objects.all()
    serializer_class = TeamOut
    filterset_class = TeamFilters
    orderings = ("name", "id")

    def get_queryset(self) -> QuerySet[Team]:
        return Team.objects.visible_to(self.person).prefetch_related("leaders")


@extend_schema(description="What happened, for good. What is due to others does not show.")
class Events(ReadOnly[Event]):
    """The record, the newest first."""

    resource = "events"
    queryset = Event.objects.all()
    serializer_class = EventOut
    filterset_class = EventFilters
    orderings = ("-id",)

    def get_queryset(self) -> QuerySet[Event]:
        rows = Event.objects.visible_to(self.person, on=day_of(self.now))
        return rows.select_related("actor", "subject_type")
