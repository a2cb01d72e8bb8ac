"""News of this room for the rooms above. Each is sent inside the transaction.

``handoffs_opened``: ``ids`` of the handoffs, ``at``.
``handoff_moved``: ``handoff`` after a step of its ``track``, ``at``.
"""

from django.dispatch import Signal

handoffs_opened = Signal()
handoff_moved = Signal()
