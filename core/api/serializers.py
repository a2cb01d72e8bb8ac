"""How people, teams and events read; and how a problem does."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.models import Event, Team, User


class PersonRef(serializers.ModelSerializer[User]):
    """Who, in passing."""

    name = serializers.CharField(read_only=True)

    class Meta:
        model = User
        fields = ["id", "username", "name"]


class TeamRef(serializers.ModelSerializer[Team]):
    class Meta:
        model = Team
        fields = ["id", "name"]


class UserOut(serializers.ModelSerializer[User]):
    """``team`` is today's."""

    name = serializers.CharField(read_only=True)
    team = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            "id",
            "username",
            "name",
            "first_name",
            "last_name",
            "email",
            "role",
            "holds_accounts",
            "region",
            "strengths",
            "capacity",
            "active",
            "left_on",
            "team",
        ]

    @extend_schema_field(TeamRef(allow_null=True))
    def get_team(self, user: User) -> Any:
        running = [each.team for each in user.memberships.all() if each.until_on is None]
        return TeamRef(running[0]).data if running else None


class TeamOut(serializers.ModelSerializer[Team]):
    leaders = PersonRef(many=True, read_only=True)

    class Meta:
        model = Team
        fields = ["id", "name", "leaders"]


class EventOut(serializers.ModelSerializer[Event]):
    """``subject`` is what it happened to: its kind and its number."""

    actor = PersonRef(read_only=True)
    subject = serializers.SerializerMethodField()
    account = serializers.IntegerField(source="account_id", allow_null=True, read_only=True)
    changes = serializers.DictField(read_only=True)

    class Meta:
        model = Event
        fields = [
            "id",
            "verb",
            "actor",
            "subject",
            "account",
            "changes",
            "origin",
            "happened_at",
            "recorded_at",
        ]

    def get_subject(self, event: Event) -> str:
        return f"{event.subject_type.model}:{event.subject_id}"


class ProblemOut(serializers.Serializer[Any]):
    """RFC 9457. ``code`` is for programs, ``detail`` for people."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    facts = serializers.DictField(required=False, help_text="The figures behind a refusal.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # Not written like the others, because a serializer has errors of its own.
        errors = serializers.DictField(required=False, help_text="What is wrong, by field.")
        return {**super().get_fields(), "errors": errors}
