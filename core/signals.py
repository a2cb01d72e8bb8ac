"""News of this room for the rooms above. Each is sent inside the transaction.

``holding_ends``: ``user``, who is about to lose the right to hold accounts. A receiver may refuse.
``last_day_moved``: ``user``, whose ``left_on`` was set or corrected, and ``at``.
"""

from django.dispatch import Signal

holding_ends = Signal()
last_day_moved = Signal()
