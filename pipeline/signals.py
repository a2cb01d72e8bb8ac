"""News of this room for the rooms above. Each is sent inside the transaction.

``sale_booked``: ``sale`` and ``at``; sent for a new sale and for a reversal of one.
``card_moved``: ``step`` (StageChange) that a card took, its first one too, and ``at``.
``engaged``: ``activity`` and ``at``; sent when an engagement is logged or voided.
"""

from django.dispatch import Signal

sale_booked = Signal()
card_moved = Signal()
engaged = Signal()
