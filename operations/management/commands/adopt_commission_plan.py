"""Adopting a commission plan."""

from typing import Any

from django.core.management import CommandError
from django.core.management.base import CommandParser
from django.utils import timezone

from accounts_app.models import Segment
from core.days import day_of
from core.models import User
from incentives import plans
from operations.commands import StewardCommand, day, decimal, figures
from pipeline.models import Product


class Command(StewardCommand):
    """Rates are shares; by segment or product name where they differ from the default."""

    help = "Adopts a commission plan: adopt_commission_plan 0.08 small=0.06 'GTX Pro=0.1'"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("default_rate", metavar="RATE")
        parser.add_argument("rates", nargs="*", metavar="SEGMENT-OR-PRODUCT=RATE")
        parser.add_argument("--effective-on", type=day, default=None, metavar="DATE")

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        named = {n: decimal(n, text) for n, text in figures(options["rates"]).items()}
        segments = {n: rate for n, rate in named.items() if n in Segment.values}
        products = {_product(n): r for n, r in named.items() if n not in Segment.values}
        plan = plans.adopt_commission_plan(
            by=User.objects.system(),
            at=now,
            effective_on=options["effective_on"] or day_of(now),
            default_rate=decimal("The rate", options["default_rate"]),
            by_segment=segments,
            by_product=products,
        )
        self.stdout.write(f"{plan} is adopted; it takes effect on {plan.effective_on}.")


def _product(name: str) -> Product:
    product = Product.objects.filter(name=name).first()
    if product is None:
        raise CommandError(f"{name} is neither a segment nor a product.")
    return product
