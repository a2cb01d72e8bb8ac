"""How accounts, contacts and policies read, and what may be said of them."""

import datetime as dt
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts_app import dormancy_rule, policies
from accounts_app.contacts import CHANGEABLE as CONTACT_FIELDS
from accounts_app.dormancy import facts_of
from accounts_app.dormancy_rule import Rule, SignKind
from accounts_app.models import Account, Contact, DormancyPolicy, PolicyComment, RoleKind
from accounts_app.registry import CHANGEABLE as ACCOUNT_FIELDS
from core.api.fields import ModelShape
from core.api.serializers import PersonRef


class AccountRef(serializers.ModelSerializer[Account]):
    class Meta:
        model = Account
        fields = ["id", "name", "state"]


class ContactRef(serializers.ModelSerializer[Contact]):
    class Meta:
        model = Contact
        fields = ["id", "name"]


class AccountOut(serializers.ModelSerializer[Account]):
    """``since`` is when the holder took over; the three days are null unless it is owned."""

    owner = PersonRef(read_only=True, allow_null=True)
    since = serializers.SerializerMethodField()

    class Meta:
        model = Account
        fields = [
            "id",
            *ACCOUNT_FIELDS,
            "state",
            "owner",
            "since",
            "dormant_on",
            "warned_on",
            "pool_on",
            "closed_because",
            "merged_into",
            "created_at",
            "updated_at",
        ]

    def get_since(self, account: Account) -> dt.datetime | None:
        return next((each.began_at for each in account.periods.all() if not each.ended_at), None)


class SignOut(serializers.Serializer[Any]):
    """Until when a sign of life keeps the account alive, and whether the policy counts it."""

    sign = serializers.ChoiceField(choices=[kind.value for kind in SignKind])
    alive_until = serializers.DateField()
    counts = serializers.BooleanField()
    decides = serializers.BooleanField(help_text="The one that the clock goes by.")


class AccountDetail(AccountOut):
    """With every sign of life, by the policy in force; none while there is no policy."""

    quiet_since = serializers.SerializerMethodField()
    signs = serializers.SerializerMethodField()

    class Meta(AccountOut.Meta):
        fields = [*AccountOut.Meta.fields, "quiet_since", "signs"]

    def get_quiet_since(self, account: Account) -> dt.date | None:
        rule = self._rule
        return dormancy_rule.quiet_since(facts_of(account), rule) if rule else None

    @extend_schema_field(SignOut(many=True))
    def get_signs(self, account: Account) -> Any:
        rule = self._rule
        if rule is None:
            return []
        facts = facts_of(account)
        deciding = dormancy_rule.counting_sign(facts, rule)
        return [
            {
                "sign": sign.kind,
                "alive_until": sign.alive_until,
                "counts": sign.counts,
                "decides": account.owner_id is not None and sign == deciding,
            }
            for sign in dormancy_rule.signs(facts, rule)
        ]

    @property
    def _rule(self) -> Rule | None:
        rule: Rule | None = self.context["rule"]
        return rule


class AccountShape(ModelShape[Account]):
    class Meta:
        model = Account
        fields = ACCOUNT_FIELDS


class ContactOut(serializers.ModelSerializer[Contact]):
    """``roles`` are what they are to the whole account."""

    roles = serializers.SerializerMethodField()

    class Meta:
        model = Contact
        fields = ["id", "account", *CONTACT_FIELDS, "roles", "created_at"]

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(RoleKind.choices)))
    def get_roles(self, contact: Contact) -> Any:
        return sorted(role.kind for role in contact.roles.all())


class ContactChange(ModelShape[Contact]):
    roles = serializers.ListField(
        child=serializers.ChoiceField(RoleKind.choices),
        required=False,
        max_length=len(RoleKind),
        help_text="All of them; who is left out is none any more.",
    )

    class Meta:
        model = Contact
        fields = [*CONTACT_FIELDS, "roles"]


class ContactNew(ContactChange):
    class Meta(ContactChange.Meta):
        fields = ["account", *ContactChange.Meta.fields]


class CommentOut(serializers.ModelSerializer[PolicyComment]):
    author = PersonRef(read_only=True)

    class Meta:
        model = PolicyComment
        fields = ["author", "text", "said_at"]


class PolicyOut(serializers.ModelSerializer[DormancyPolicy]):
    """``in_words`` says the whole of it; ``applied_on`` is since when the clocks follow it."""

    in_words = serializers.SerializerMethodField()
    applied_on = serializers.SerializerMethodField()

    class Meta:
        model = DormancyPolicy
        fields = [
            "id",
            "version",
            "proposed_at",
            "adopted_at",
            "effective_on",
            "applied_on",
            *sorted(policies.SETTABLE),
            "in_words",
        ]

    def get_in_words(self, policy: DormancyPolicy) -> str:
        return policies.in_words(policy)

    def get_applied_on(self, policy: DormancyPolicy) -> dt.date | None:
        application = getattr(policy, "application", None)
        return application.applied_on if application else None


class PolicyDetail(PolicyOut):
    comments = CommentOut(many=True, read_only=True)

    class Meta(PolicyOut.Meta):
        fields = [*PolicyOut.Meta.fields, "comments"]
