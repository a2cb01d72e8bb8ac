"""News of this room for the rooms above. Each is sent inside the transaction.

``holding_ends``: ``user``, who is about to lose the right to hold accounts. A receiver may refuse.
"""

from django.dispatch import Signal

holding_ends = Signal()
