"""The stages of the board (domain §3)."""

from typing import Any

from pipeline.models import Stage, StageKind

FIRST_STAGES = (
    ("Prospecting", StageKind.OPEN, 10, 30),
    ("Engaging", StageKind.OPEN, 30, 45),
    ("Proposal", StageKind.OPEN, 60, 30),
    ("Won", StageKind.WON, 100, None),
    ("Lost", StageKind.LOST, 0, None),
)


def make_first_stages(**kwargs: Any) -> None:
    """Gives an empty database a board to begin with. Runs after each migrate."""
    if Stage.objects.exists():
        return
    Stage.objects.bulk_create(
        Stage(name=name, position=n, kind=kind, probability=chance, stalled_after_days=days)
        for n, (name, kind, chance, days) in enumerate(FIRST_STAGES, start=1)
    )
