"""News of this room for the rooms above. Each is sent inside the transaction.

``ownership_moved``: ``account``, ``ended`` (OwnershipPeriod or None), ``began`` (the same), ``at``.
"""

from django.dispatch import Signal

ownership_moved = Signal()
