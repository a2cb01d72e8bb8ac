"""How many queries each page of the API costs, besides the one that reads the token.

The number must not grow with the rows. A new address without a number fails the test.
"""

QUERIES = {
    "users": {"list": 2, "detail": 2},
    "teams": {"list": 2, "detail": 2},
    "accounts": {"list": 2, "detail": 3},
    "contacts": {"list": 2, "detail": 2},
    "activities": {"list": 2, "detail": 2},
    "next-steps": {"list": 1, "detail": 1},
    "stages": {"list": 1, "detail": 1},
    "products": {"list": 1, "detail": 1},
    "opportunities": {"list": 2, "detail": 2},
    "sales": {"list": 3, "detail": 3},
    "pool": {"list": 3, "detail": 3},
    "handoffs": {"list": 1, "detail": 3},
    "briefs": {"detail": 2},
    "policies": {"list": 1, "detail": 2},
    "plans/incentive": {"list": 2, "detail": 2},
    "plans/commission": {"list": 2, "detail": 2},
    "ledger": {"list": 1, "detail": 1},
    "events": {"list": 1, "detail": 1},
}
