"""How the pipeline reads, and what may be said of it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts_app.api.serializers import AccountRef, ContactRef
from accounts_app.models import Account, Contact
from core.api.fields import AmountField, DayField, IdField, ModelShape, Shape, WordsField
from core.api.serializers import PersonRef
from core.models import User
from core.money import MINOR_UNITS
from pipeline.models import (
    Activity,
    NextStep,
    Opportunity,
    Product,
    Sale,
    SaleLine,
    SaleReversal,
    Stage,
)
from pipeline.opportunities import CHANGEABLE
from pipeline.sales_net import net_amount, net_base

MOST_ITEMS = 100
SMALLEST_QUANTITY = Decimal("0.001")


@extend_schema_field({"type": "string", "enum": sorted(MINOR_UNITS)})
class CurrencyField(WordsField):
    """An ISO 4217 code."""

    def to_internal_value(self, data: Any) -> str:
        code: str = super().to_internal_value(data)
        if code not in MINOR_UNITS:
            raise serializers.ValidationError("That is no currency of ISO 4217, such as EUR.")
        return code


class StageOut(serializers.ModelSerializer[Stage]):
    """A column of the board."""

    class Meta:
        model = Stage
        fields = ["id", "name", "position", "kind", "probability", "stalled_after_days"]


class ProductOut(serializers.ModelSerializer[Product]):
    class Meta:
        model = Product
        fields = ["id", "name", "list_price", "currency"]


class ActivityOut(serializers.ModelSerializer[Activity]):
    """``is_engagement``: the customer took part, which moves the clock."""

    logged_by = PersonRef(read_only=True)
    contacts = ContactRef(many=True, read_only=True)

    class Meta:
        model = Activity
        fields = [
            "id",
            "account",
            "channel",
            "direction",
            "outcome",
            "occurred_at",
            "occurred_on",
            "recorded_at",
            "logged_by",
            "contacts",
            "opportunity",
            "summary",
            "interested_until",
            "is_engagement",
            "client_id",
            "voided_at",
            "void_reason",
        ]


class ActivityNew(ModelShape[Activity]):
    """``occurred_at`` is now unless named. Sent twice with one ``client_id``, stored once."""

    contacts = serializers.ListField(
        child=IdField(queryset=Contact.objects.all()), required=False, max_length=MOST_ITEMS
    )

    class Meta:
        model = Activity
        fields = [
            "account",
            "channel",
            "direction",
            "outcome",
            "occurred_at",
            "contacts",
            "opportunity",
            "summary",
            "interested_until",
            "client_id",
        ]
        extra_kwargs: dict[str, dict[str, Any]] = {
            "occurred_at": {"required": False},
            "client_id": {"validators": []},
        }


class VoidShape(Shape):
    reason = WordsField(max_length=Activity._meta.get_field("void_reason").max_length)


class NextStepOut(serializers.ModelSerializer[NextStep]):
    """Without an assignee it is for whoever holds the account."""

    assignee = PersonRef(read_only=True, allow_null=True)
    set_by = PersonRef(read_only=True)

    class Meta:
        model = NextStep
        fields = [
            "id",
            "account",
            "what",
            "due_on",
            "assignee",
            "state",
            "set_by",
            "set_at",
            "settled_at",
        ]


class NextStepNew(ModelShape[NextStep]):
    class Meta:
        model = NextStep
        fields = ["account", "what", "due_on", "assignee"]


class OpportunityOut(serializers.ModelSerializer[Opportunity]):
    """``owner`` is the account's holder while it is open, whoever held it then once closed."""

    account = AccountRef(read_only=True)
    stage = StageOut(read_only=True)
    owner = PersonRef(read_only=True, allow_null=True)
    products = serializers.SerializerMethodField()

    class Meta:
        model = Opportunity
        fields = [
            "id",
            "account",
            "name",
            "stage",
            "owner",
            "amount",
            "currency",
            "products",
            "opened_on",
            "moved_on",
            "expected_close_on",
            "closed_on",
            "lead_source",
            "loss_reason",
            "created_at",
        ]

    def get_products(self, card: Opportunity) -> list[int]:
        return [item.product_id for item in card.products.all()]


class OpportunityChange(ModelShape[Opportunity]):
    amount = AmountField(required=False, allow_null=True, min_value=Decimal(0))
    currency = CurrencyField(required=False)

    class Meta:
        model = Opportunity
        fields: Sequence[str] = CHANGEABLE


class OpportunityNew(OpportunityChange):
    products = serializers.ListField(
        child=IdField(queryset=Product.objects.all()), required=False, max_length=MOST_ITEMS
    )

    class Meta(OpportunityChange.Meta):
        fields = ("account", "stage", "products", *(f for f in CHANGEABLE if f != "loss_reason"))


class MoveShape(Shape):
    """Winning books the sale. Another day than today is for finance to name."""

    stage = IdField(queryset=Stage.objects.all())
    on = DayField(required=False)
    loss_reason = WordsField(
        required=False,
        allow_blank=True,
        max_length=Opportunity._meta.get_field("loss_reason").max_length,
    )


class ReopenShape(Shape):
    stage = IdField(queryset=Stage.objects.all())


class SaleLineOut(serializers.ModelSerializer[SaleLine]):
    class Meta:
        model = SaleLine
        fields = ["product", "quantity", "amount"]


class ReversalOut(serializers.ModelSerializer[SaleReversal]):
    class Meta:
        model = SaleReversal
        fields = ["id", "reversed_on", "amount", "base_amount", "reason", "recorded_at"]


class SaleOut(serializers.ModelSerializer[Sale]):
    """Never edited: ``net_amount`` is what its reversals have left of it."""

    account = AccountRef(read_only=True)
    credited_to = PersonRef(read_only=True, allow_null=True)
    lines = SaleLineOut(many=True, read_only=True)
    reversals = ReversalOut(many=True, read_only=True)
    net_amount = serializers.SerializerMethodField()
    net_base_amount = serializers.SerializerMethodField()

    class Meta:
        model = Sale
        fields = [
            "id",
            "account",
            "booked_on",
            "amount",
            "currency",
            "rate",
            "base_amount",
            "net_amount",
            "net_base_amount",
            "credited_to",
            "segment",
            "opportunity",
            "lines",
            "reversals",
            "source",
            "external_id",
            "revision",
            "recorded_at",
        ]

    def get_net_amount(self, sale: Sale) -> str:
        return str(net_amount(sale))

    def get_net_base_amount(self, sale: Sale) -> str:
        return str(net_base(sale))


class SaleLineNew(Shape):
    product = IdField(queryset=Product.objects.all())
    amount = AmountField(min_value=Decimal(0))
    quantity = AmountField(required=False, max_digits=12, min_value=SMALLEST_QUANTITY)


class SaleNew(Shape):
    """The lines, if there are any, add up to the amount."""

    account = IdField(queryset=Account.objects.all())
    booked_on = DayField()
    amount = AmountField()
    currency = CurrencyField()
    credited_to = IdField(queryset=User.objects.active(), required=False, allow_null=True)
    opportunity = IdField(queryset=Opportunity.objects.all(), required=False, allow_null=True)
    lines = serializers.ListField(child=SaleLineNew(), required=False, max_length=MOST_ITEMS)


class ReverseShape(Shape):
    """Without an amount, all that is left."""

    reversed_on = DayField()
    amount = AmountField(required=False)
    reason = WordsField(
        required=False,
        allow_blank=True,
        max_length=SaleReversal._meta.get_field("reason").max_length,
    )
