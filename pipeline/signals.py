"""News of this room for the rooms above. Each is sent inside the transaction.

``sale_booked``: ``sale`` and ``at``; sent for a new sale and for a reversal of one.
"""

from django.dispatch import Signal

sale_booked = Signal()
