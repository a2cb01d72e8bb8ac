"""The administration pages of this room: to read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core.admin import ReadOnlyAdmin, ReadOnlyInline, columns_of
from handoffs.models import (
    Brief,
    BriefQuestion,
    BriefVersion,
    ChecklistItem,
    ClaimRequest,
    Handoff,
    HandoffStep,
    PoolEntry,
    SetAside,
    SweepRun,
)


class SetAsideInline(ReadOnlyInline[SetAside, SweepRun]):
    model = SetAside


@admin.register(SweepRun)
class SweepRunAdmin(ReadOnlyAdmin[SweepRun]):
    list_display = ["night", "run_on", "policy", "warned", "pooled", "started_at", "finished_at"]
    date_hierarchy = "night"
    inlines = [SetAsideInline]


@admin.register(SetAside)
class SetAsideAdmin(ReadOnlyAdmin[SetAside]):
    list_display = ["run", "account", "why"]
    search_fields = ["account__name", "why"]
    ordering = ["-id"]


class ClaimInline(ReadOnlyInline[ClaimRequest, PoolEntry]):
    model = ClaimRequest
    related = ("entry__account",)


@admin.register(PoolEntry)
class PoolEntryAdmin(ReadOnlyAdmin[PoolEntry]):
    """The secret of an entry is nobody's to read before the entry closes (domain §4)."""

    list_display = [
        "account",
        "reason",
        "previous_holder",
        "entered_at",
        "left_at",
        "outcome",
        "claimed_by",
    ]
    list_filter = ["reason", "outcome"]
    search_fields = ["account__name", "previous_holder__username", "claimed_by__username"]
    ordering = ["-id"]
    inlines = [ClaimInline]

    def get_fields(self, request: HttpRequest, obj: PoolEntry | None = None) -> list[Any]:
        closed = obj is not None and obj.left_at is not None
        return columns_of(PoolEntry, hidden=() if closed else ("secret",))


@admin.register(ClaimRequest)
class ClaimRequestAdmin(ReadOnlyAdmin[ClaimRequest]):
    list_display = ["entry", "user", "asked_at", "state", "decided_at", "why"]
    list_filter = ["state"]
    related = ("entry__account",)
    search_fields = ["entry__account__name", "user__username"]
    ordering = ["-id"]


class StepInline(ReadOnlyInline[HandoffStep, Handoff]):
    model = HandoffStep


class BriefInline(ReadOnlyInline[Brief, Handoff]):
    model = Brief
    related = ("handoff__account",)


class ChecklistInline(ReadOnlyInline[ChecklistItem, Handoff]):
    model = ChecklistItem
    related = ("handoff__account", "handoff__outgoing")


@admin.register(Handoff)
class HandoffAdmin(ReadOnlyAdmin[Handoff]):
    list_display = [
        "account",
        "kind",
        "outgoing",
        "incoming",
        "opened_on",
        "transferred_on",
        "transfer",
        "brief_state",
        "transition",
    ]
    list_filter = ["kind", "transfer", "brief_state", "transition"]
    related = ("entry__account",)
    search_fields = ["account__name", "outgoing__username", "incoming__username"]
    date_hierarchy = "opened_on"
    ordering = ["-id"]
    inlines = [BriefInline, StepInline, ChecklistInline]


@admin.register(HandoffStep)
class HandoffStepAdmin(ReadOnlyAdmin[HandoffStep]):
    list_display = ["handoff", "track", "from_state", "to_state", "taken_by", "taken_at"]
    list_filter = ["track"]
    related = ("handoff__account", "handoff__outgoing")
    search_fields = ["handoff__account__name"]
    ordering = ["-id"]


@admin.register(ChecklistItem)
class ChecklistItemAdmin(ReadOnlyAdmin[ChecklistItem]):
    list_display = ["handoff", "kind", "done_at", "done_by"]
    list_filter = ["kind"]
    related = ("handoff__account", "handoff__outgoing")
    ordering = ["-id"]


class VersionInline(ReadOnlyInline[BriefVersion, Brief]):
    model = BriefVersion
    related = ("brief__handoff__account",)


class QuestionInline(ReadOnlyInline[BriefQuestion, Brief]):
    model = BriefQuestion


@admin.register(Brief)
class BriefAdmin(ReadOnlyAdmin[Brief]):
    list_display = ["handoff", "author", "first_handed_in_on", "last_handed_in_on"]
    related = ("handoff__account", "handoff__outgoing")
    search_fields = ["handoff__account__name", "author__username"]
    inlines = [QuestionInline, VersionInline]


@admin.register(BriefVersion)
class BriefVersionAdmin(ReadOnlyAdmin[BriefVersion]):
    list_display = ["brief", "number", "author", "saved_at", "handed_in"]
    list_filter = ["handed_in"]
    related = ("brief__handoff__account",)
    search_fields = ["brief__handoff__account__name"]
    ordering = ["-id"]


@admin.register(BriefQuestion)
class BriefQuestionAdmin(ReadOnlyAdmin[BriefQuestion]):
    list_display = ["brief", "asked_by", "asked_at", "question", "answered_at"]
    list_filter = [("answered_at", admin.EmptyFieldListFilter)]
    related = ("brief__handoff__account",)
    search_fields = ["brief__handoff__account__name", "question"]
    ordering = ["-id"]
