"""Checks of activities and opportunities."""

from collections.abc import Iterator

from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, OuterRef

from core.days import day_of
from core.models import Event, Verb
from operations.verify.findings import Check, Finding
from pipeline.engagement import is_engagement
from pipeline.models import Activity, Opportunity, Sale, StageKind


def engagements_are_judged_by_the_table() -> Iterator[Finding]:
    """An activity counts as an engagement exactly if the customer took part.

    One that was still to come when it was logged never counts.
    """
    logged_before = Event.objects.filter(
        subject_type=ContentType.objects.get_for_model(Activity),
        subject_id=OuterRef("pk"),
        verb=Verb.ACTIVITY_LOGGED,
        happened_at__lt=OuterRef("occurred_at"),
    )
    to_come = set(Activity.objects.filter(Exists(logged_before)).values_list("pk", flat=True))
    for activity in Activity.objects.order_by("pk").iterator(2_000):
        judged = is_engagement(
            channel=activity.channel,
            direction=activity.direction,
            outcome=activity.outcome,
            in_future=activity.pk in to_come,
        )
        if activity.occurred_on != day_of(activity.occurred_at):
            yield Finding(
                "activity_day_off",
                f"Activity {activity.pk} is stored for {activity.occurred_on};"
                f" it was on {day_of(activity.occurred_at)}.",
            )
        if activity.is_engagement != judged:
            yield Finding(
                "engagement_off",
                f"Activity {activity.pk}: the customer {'took' if judged else 'took no'} part;"
                f" stored is the opposite.",
            )


def cards_stand_where_their_moves_led() -> Iterator[Finding]:
    """An opportunity is in the stage of its last move, and closed exactly if that is an end."""
    cards = Opportunity.objects.select_related("stage").prefetch_related("stage_changes")
    for card in cards.iterator(1_000):
        moves = sorted(card.stage_changes.all(), key=lambda move: move.pk)
        came_from = [None, *(move.to_stage_id for move in moves)]
        if [move.from_stage_id for move in moves] != came_from[:-1]:
            yield Finding("move_off", f"The moves of opportunity {card.pk} do not join up.")
        elif (card.stage_id, card.moved_on) != (came_from[-1], moves[-1].moved_on if moves else 0):
            yield Finding("stage_off", f"Opportunity {card.pk} is not where its moves led.")
        if (card.closed_on is None) != (card.stage.kind == StageKind.OPEN):
            yield Finding(
                "closing_off", f"Opportunity {card.pk} in {card.stage}: closed on {card.closed_on}."
            )


def what_is_won_is_sold() -> Iterator[Finding]:
    """A won opportunity booked its sale."""
    sold = Sale.objects.filter(opportunity=OuterRef("pk"))
    won = Opportunity.objects.filter(stage__kind=StageKind.WON)
    for card in won.filter(~Exists(sold)).order_by("pk"):
        yield Finding("win_without_sale", f"Opportunity {card.pk} is won, without a sale.")


CHECKS: tuple[Check, ...] = (
    engagements_are_judged_by_the_table,
    cards_stand_where_their_moves_led,
    what_is_won_is_sold,
)
