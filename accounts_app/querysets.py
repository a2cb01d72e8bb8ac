"""Questions that are asked of accounts, periods and policies."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q

from core.models import User
from core.querysets import ReadByAll, SearchedRows

if TYPE_CHECKING:
    from accounts_app.models import Account, DormancyPolicy, ExternalRef, OwnershipPeriod


class AccountQuerySet(SearchedRows["Account"]):
    def owned(self) -> "AccountQuerySet":
        return self.filter(state="owned")

    def pooled(self) -> "AccountQuerySet":
        return self.filter(state="pooled")

    def held_by(self, user: User) -> "AccountQuerySet":
        return self.owned().filter(owner=user)

    def dormant(self, *, on: dt.date) -> "AccountQuerySet":
        return self.owned().filter(dormant_on__lte=on)

    def to_warn(self, *, on: dt.date, warn_days: int) -> "AccountQuerySet":
        """Owned, not yet warned, and within ``warn_days`` of going dormant."""
        return self.owned().filter(
            warned_on__isnull=True, dormant_on__lte=on + dt.timedelta(days=warn_days)
        )

    def to_pool(self, *, on: dt.date) -> "AccountQuerySet":
        """Owned, warned, and the notice is over."""
        return self.owned().filter(pool_on__lte=on)

    def on_the_clock(self) -> "AccountQuerySet":
        """Owned, and with a day on which they fall quiet."""
        return self.owned().filter(dormant_on__isnull=False)

    def in_warning(self) -> "AccountQuerySet":
        return self.owned().filter(warned_on__isnull=False)

    def matching(
        self,
        *,
        name: str = "",
        state: str = "",
        segment: str = "",
        region: str = "",
        industry: str = "",
        holder: User | None = None,
        in_warning: bool = False,
    ) -> "AccountQuerySet":
        """Words in any part of the name, whatever their case; what is empty asks for nothing.

        Closed accounts are left out unless they are asked for, or somebody looks for a name.
        """
        rows = self.in_warning() if in_warning else self
        if not name and not state:
            rows = rows.exclude(state="closed")
        if name:
            rows = rows.search(name)
        exactly = {"state": state, "segment": segment, "region": region, "industry": industry}
        rows = rows.filter(**{column: value for column, value in exactly.items() if value})
        return rows.filter(owner=holder) if holder else rows


class PeriodQuerySet(models.QuerySet["OwnershipPeriod"]):
    def open(self) -> "PeriodQuerySet":
        return self.filter(ended_at__isnull=True)

    def covering(self, at: dt.datetime) -> "PeriodQuerySet":
        """The periods that hold just before ``at``: at a day's end, the holder of that day."""
        return self.filter(began_at__lt=at).filter(Q(ended_at__isnull=True) | Q(ended_at__gte=at))


class RefQuerySet(models.QuerySet["ExternalRef"]):
    def ids_of(self, model: type[models.Model], *, source: str) -> dict[str, int]:
        """All external ids of one kind and source, each with the id of our row."""
        kind = ContentType.objects.get_for_model(model)
        rows = self.filter(source=source, subject_type=kind)
        return dict(rows.values_list("external_id", "subject_id"))

    def named(self, model: type[models.Model], *, source: str, external_id: str) -> int | None:
        """The id of our row of that kind that ``source`` calls so."""
        kind = ContentType.objects.get_for_model(model)
        rows = self.filter(source=source, subject_type=kind, external_id=external_id)
        return rows.values_list("subject_id", flat=True).first()

    def of_many(self, model: type[models.Model], ids: Sequence[int]) -> "RefQuerySet":
        kind = ContentType.objects.get_for_model(model)
        return self.filter(subject_type=kind, subject_id__in=ids)

    def of(self, subject: models.Model) -> "RefQuerySet":
        kind = ContentType.objects.get_for_model(subject)
        return self.filter(subject_type=kind, subject_id=subject.pk)


class PolicyQuerySet(ReadByAll["DormancyPolicy"]):
    def adopted(self) -> "PolicyQuerySet":
        return self.filter(adopted_at__isnull=False)

    def in_force(self) -> "DormancyPolicy | None":
        """The last policy that was applied, not the one whose day it is."""
        return self.last_applied().first()

    def last_applied(self) -> "PolicyQuerySet":
        """The policies that were ever applied, the one in force first."""
        return self.filter(application__isnull=False).order_by("-application__id")

    def due(self, *, on: dt.date) -> "PolicyQuerySet":
        """Adopted, its day has come, and not yet applied; oldest first."""
        return self.adopted().filter(application__isnull=True, effective_on__lte=on)

    def to_apply(self, *, on: dt.date) -> "PolicyQuerySet":
        """Due, or applied to some of the accounts only."""
        cut_off = Q(application__isnull=False, application__finished_at__isnull=True)
        return self.adopted().filter(Q(application__isnull=True, effective_on__lte=on) | cut_off)
