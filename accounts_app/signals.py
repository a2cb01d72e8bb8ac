"""News of this room for the rooms above. Each is sent inside the transaction.

``contract_moved``: ``contract`` that came, was ended or was voided, and ``at``.
``sign_arrived``: ``account`` whose contract or pipeline changed, and ``at``.
``ownership_moved``: ``account``, ``ended`` (OwnershipPeriod or None), ``began`` (the same), ``at``.
"""

from django.dispatch import Signal

contract_moved = Signal()
sign_arrived = Signal()
ownership_moved = Signal()
