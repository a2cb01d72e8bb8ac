"""How the pool, handoffs and briefs read, and what may be said of them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts_app.api.serializers import AccountRef
from core.api.fields import ModelShape, Shape, WordsField
from core.api.serializers import PersonRef
from handoffs import briefs, steps
from handoffs.closing import ClosedBecause
from handoffs.models import (
    BRIEF_FIELDS,
    Brief,
    BriefQuestion,
    BriefState,
    Handoff,
    HandoffStep,
    Track,
    TransferState,
    TransitionState,
)


class StepOut(serializers.ModelSerializer[HandoffStep]):
    taken_by = PersonRef(read_only=True)

    class Meta:
        model = HandoffStep
        fields = ["track", "from_state", "to_state", "taken_by", "taken_at"]


class PossibleOut(serializers.Serializer[Any]):
    """Where each track may go from here."""

    transfer = serializers.ListField(child=serializers.ChoiceField(TransferState.choices))
    brief = serializers.ListField(child=serializers.ChoiceField(BriefState.choices))
    transition = serializers.ListField(child=serializers.ChoiceField(TransitionState.choices))


class HandoffOut(serializers.ModelSerializer[Handoff]):
    """Three tracks side by side: ``transfer``, ``brief_state``, ``transition``."""

    account = AccountRef(read_only=True)
    outgoing = PersonRef(read_only=True)
    incoming = PersonRef(read_only=True, allow_null=True)

    class Meta:
        model = Handoff
        fields = [
            "id",
            "account",
            "outgoing",
            "incoming",
            "kind",
            "opened_at",
            "opened_on",
            "transfer_on",
            "transferred_on",
            "transfer",
            "brief_state",
            "brief_due_on",
            "transition",
            "pays_incentive",
        ]


class HandoffDetail(HandoffOut):
    steps = StepOut(many=True, read_only=True)
    possible = serializers.SerializerMethodField()

    class Meta(HandoffOut.Meta):
        fields = [*HandoffOut.Meta.fields, "possible", "steps"]

    @extend_schema_field(PossibleOut)
    def get_possible(self, handoff: Handoff) -> Any:
        return {str(track): sorted(steps.possible(handoff, track)) for track in Track}


class QuestionOut(serializers.ModelSerializer[BriefQuestion]):
    asked_by = PersonRef(read_only=True)

    class Meta:
        model = BriefQuestion
        fields = ["asked_by", "asked_at", "question", "answer", "answered_at"]


class BriefOut(serializers.ModelSerializer[Handoff]):
    """What the outgoing rep leaves. Its number is the handoff's. ``politics`` is null, and
    ``politics_hidden`` true, for those who may not read it."""

    account = AccountRef(read_only=True)
    outgoing = PersonRef(read_only=True)
    incoming = PersonRef(read_only=True, allow_null=True)
    state = serializers.CharField(source="brief_state", read_only=True)
    due_on = serializers.DateField(source="brief_due_on", read_only=True)
    politics = serializers.SerializerMethodField()
    politics_hidden = serializers.SerializerMethodField()
    questions = serializers.SerializerMethodField()

    class Meta:
        model = Handoff
        fields = [
            "id",
            "account",
            "outgoing",
            "incoming",
            "state",
            "due_on",
            "politics",
            "politics_hidden",
            "questions",
        ]

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for name in BRIEF_FIELDS:
            if name != "politics":
                fields[name] = serializers.CharField(
                    source=f"brief.{name}", read_only=True, default="", allow_blank=True
                )
        return fields

    def to_representation(self, instance: Handoff) -> dict[str, Any]:
        """Before anybody wrote a word there is no brief, and every part of it is empty."""
        shown: dict[str, Any] = super().to_representation(instance)
        empty = {name: "" for name in BRIEF_FIELDS if shown[name] is None and name != "politics"}
        return {**shown, **empty}

    def get_politics(self, handoff: Handoff) -> str | None:
        if self._hides_politics(handoff):
            return None
        brief = getattr(handoff, "brief", None)
        return brief.politics if brief else ""

    def get_politics_hidden(self, handoff: Handoff) -> bool:
        return self._hides_politics(handoff)

    @extend_schema_field(QuestionOut(many=True))
    def get_questions(self, handoff: Handoff) -> Any:
        brief = getattr(handoff, "brief", None)
        return QuestionOut(brief.questions.all() if brief else [], many=True).data

    def _hides_politics(self, handoff: Handoff) -> bool:
        view = self.context["view"]
        return not briefs.may_read_politics(view.person, handoff, at=view.now)


class BriefShape(ModelShape[Brief]):
    """A part that is not named stays as it was."""

    class Meta:
        model = Brief
        fields = BRIEF_FIELDS


class AskShape(Shape):
    question = WordsField(max_length=5_000)


class CloseShape(Shape):
    because = serializers.ChoiceField(choices=ClosedBecause.choices)
