"""The administration pages of this room: to read."""

from django.contrib import admin

from core.admin import ReadOnlyAdmin, ReadOnlyInline
from pipeline.models import (
    Activity,
    Complaint,
    NextStep,
    Opportunity,
    OpportunityContact,
    OpportunityProduct,
    PipelineReview,
    Product,
    Sale,
    SaleLine,
    SaleReversal,
    Stage,
    StageChange,
)


@admin.register(Activity)
class ActivityAdmin(ReadOnlyAdmin[Activity]):
    list_display = [
        "occurred_at",
        "account",
        "channel",
        "outcome",
        "is_engagement",
        "logged_by",
        "voided_at",
    ]
    list_filter = ["channel", "outcome", "is_engagement"]
    search_fields = ["account__name", "logged_by__username"]
    ordering = ["-id"]


@admin.register(NextStep)
class NextStepAdmin(ReadOnlyAdmin[NextStep]):
    list_display = ["what", "due_on", "account", "assignee", "state"]
    list_filter = ["state"]
    search_fields = ["what", "account__name"]


@admin.register(Complaint)
class ComplaintAdmin(ReadOnlyAdmin[Complaint]):
    list_display = ["__str__", "account", "product", "raised_on", "raised_by", "resolved_on"]
    list_filter = [("resolved_on", admin.EmptyFieldListFilter)]
    search_fields = ["what", "account__name"]


@admin.register(Stage)
class StageAdmin(ReadOnlyAdmin[Stage]):
    list_display = ["name", "position", "kind", "probability", "stalled_after_days"]


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin[Product]):
    list_display = ["name", "list_price", "currency"]
    search_fields = ["name"]


class ItemInline(ReadOnlyInline[OpportunityProduct, Opportunity]):
    model = OpportunityProduct


class PersonInline(ReadOnlyInline[OpportunityContact, Opportunity]):
    model = OpportunityContact


class StageChangeInline(ReadOnlyInline[StageChange, Opportunity]):
    model = StageChange


@admin.register(Opportunity)
class OpportunityAdmin(ReadOnlyAdmin[Opportunity]):
    list_display = ["name", "account", "stage", "amount", "currency", "opened_on", "closed_on"]
    list_filter = ["stage", ("closed_on", admin.EmptyFieldListFilter)]
    search_fields = ["name", "account__name"]
    ordering = ["-id"]
    inlines = [ItemInline, PersonInline, StageChangeInline]


@admin.register(OpportunityProduct)
class OpportunityProductAdmin(ReadOnlyAdmin[OpportunityProduct]):
    list_display = ["opportunity", "product", "quantity"]
    list_filter = ["product"]
    ordering = ["-id"]


@admin.register(OpportunityContact)
class OpportunityContactAdmin(ReadOnlyAdmin[OpportunityContact]):
    list_display = ["opportunity", "contact", "kind"]
    list_filter = ["kind"]
    ordering = ["-id"]


@admin.register(StageChange)
class StageChangeAdmin(ReadOnlyAdmin[StageChange]):
    list_display = ["opportunity", "from_stage", "to_stage", "moved_on", "moved_by"]
    list_filter = ["to_stage"]
    search_fields = ["opportunity__name"]
    ordering = ["-id"]


class SaleLineInline(ReadOnlyInline[SaleLine, Sale]):
    model = SaleLine


class ReversalInline(ReadOnlyInline[SaleReversal, Sale]):
    model = SaleReversal


@admin.register(Sale)
class SaleAdmin(ReadOnlyAdmin[Sale]):
    list_display = ["__str__", "account", "booked_on", "base_amount", "credited_to", "revision"]
    list_filter = ["segment"]
    search_fields = ["account__name", "credited_to__username", "external_id"]
    date_hierarchy = "booked_on"
    ordering = ["-id"]
    inlines = [SaleLineInline, ReversalInline]


@admin.register(SaleLine)
class SaleLineAdmin(ReadOnlyAdmin[SaleLine]):
    list_display = ["sale", "product", "quantity", "amount"]
    list_filter = ["product"]
    ordering = ["-id"]


@admin.register(SaleReversal)
class SaleReversalAdmin(ReadOnlyAdmin[SaleReversal]):
    list_display = ["sale", "reversed_on", "amount", "base_amount", "reason", "reversed_by"]
    search_fields = ["sale__account__name", "reason"]
    date_hierarchy = "reversed_on"
    ordering = ["-id"]


@admin.register(PipelineReview)
class PipelineReviewAdmin(ReadOnlyAdmin[PipelineReview]):
    list_display = ["rep", "month", "manager", "opened_at", "completed_at"]
    search_fields = ["rep__username", "manager__username"]
    date_hierarchy = "month"
