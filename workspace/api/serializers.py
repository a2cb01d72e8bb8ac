"""How the pool reads, and a handoff with what was promised."""

import datetime as dt
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts_app.models import Account
from core.api.serializers import PersonRef
from handoffs import claims
from handoffs.api.serializers import HandoffDetail
from handoffs.claims import Standing
from handoffs.models import Handoff, PoolEntry
from incentives.api.serializers import TermsOut


class PooledAccount(serializers.ModelSerializer[Account]):
    class Meta:
        model = Account
        fields = ["id", "name", "domain", "segment", "industry", "region", "country", "state"]


class RefusalOut(serializers.Serializer[Any]):
    """Why one may not claim, and from which day one may, if a day changes it."""

    code = serializers.CharField()
    detail = serializers.CharField()
    free_from = serializers.DateField(allow_null=True)


class PoolOut(serializers.ModelSerializer[PoolEntry]):
    """``evidence`` is every sign at that moment; ``refusal`` is null if you may claim it."""

    account = PooledAccount(read_only=True)
    previous_holder = PersonRef(read_only=True, allow_null=True)
    claimed_by = PersonRef(read_only=True, allow_null=True)
    evidence = serializers.DictField(read_only=True)
    handoff = serializers.SerializerMethodField()
    terms = serializers.SerializerMethodField()
    refusal = serializers.SerializerMethodField()

    class Meta:
        model = PoolEntry
        fields = [
            "id",
            "account",
            "reason",
            "previous_holder",
            "entered_at",
            "closes_at",
            "evidence",
            "handoff",
            "terms",
            "left_at",
            "outcome",
            "claimed_by",
            "refusal",
        ]

    def get_handoff(self, entry: PoolEntry) -> int | None:
        handoff = _handoff(entry)
        return handoff.pk if handoff else None

    @extend_schema_field(TermsOut(allow_null=True))
    def get_terms(self, entry: PoolEntry) -> Any:
        terms = getattr(_handoff(entry), "terms", None)
        return TermsOut(terms).data if terms else None

    @extend_schema_field(RefusalOut(allow_null=True))
    def get_refusal(self, entry: PoolEntry) -> Any:
        standing: Standing = self.context["standing"]
        at: dt.datetime = self.context["view"].now
        refusal = claims.why_not(standing, entry, getattr(entry, "last_held_until", None), at=at)
        if refusal is None:
            return None
        return {
            "code": refusal.code,
            "detail": refusal.sentence,
            "free_from": refusal.facts.get("free_from"),
        }


class HandoffWithTerms(HandoffDetail):
    terms = serializers.SerializerMethodField()

    class Meta(HandoffDetail.Meta):
        fields = [*HandoffDetail.Meta.fields, "terms"]

    @extend_schema_field(TermsOut(allow_null=True))
    def get_terms(self, handoff: Handoff) -> Any:
        terms = getattr(handoff, "terms", None)
        return TermsOut(terms).data if terms else None


def _handoff(entry: PoolEntry) -> Handoff | None:
    return getattr(entry, "handoff", None)
