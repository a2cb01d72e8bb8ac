"""What the people of the demo company say and write."""

from handoffs.briefs import BriefTexts

GOOD_BRIEFS: tuple[BriefTexts, ...] = (
    {
        "players": "The head of purchasing decides; the production manager is our champion.",
        "policies": "Two offers for anything above 5,000; the budget is set in October.",
        "politics": "Production and purchasing do not talk. Ask both, never one about the other.",
        "promises": "A visit to the new line once it runs.",
        "regular_orders": "Service twice a year, spring and autumn.",
        "next_step": "Call the production manager about the spare pumps.",
    },
    {
        "players": "Purchasing signs, but the board asks the production manager first.",
        "policies": "Frame contract; orders below 2,000 need no second signature.",
        "politics": "The former supplier still has friends in the workshop.",
        "key_dates": "Their trade fair is in the second week of March.",
        "next_step": "Offer the control unit together with the next service.",
    },
    {
        "players": "One person decides everything and answers e-mails in the evening only.",
        "policies": "They pay after 60 days, always. Ask for a third in advance.",
        "politics": "They were let down once, by a delivery of ours. Do not promise a week.",
        "complaints": "A seal that leaked in May; replaced, and they were content.",
        "next_step": "Ask how the replaced pump is doing.",
    },
)
THIN_BRIEF: BriefTexts = {"players": "Talk to purchasing."}
QUESTION = "Who signs above 5,000, and what was promised about delivery?"
ANSWER: BriefTexts = {
    "policies": "Above 5,000 the board signs, on the first Monday of the month.",
    "promises": "Two weeks from the order, for pumps only.",
}
TALKS = (
    # channel, outcome, what was said
    ("call", "connected", "Spoke about the current orders."),
    ("call", "connected", "They compare prices; sent the new list."),
    ("call", "connected", "One pump runs hot. Service will have a look."),
    ("call", "connected", "They are content and have nothing open."),
    ("call", "connected", "The budget is being talked over; asked to call again."),
    ("email", "replied", "Confirmed the delivery dates."),
    ("email", "replied", "Sent the drawings they asked for; they thanked us."),
    ("social", "replied", "Congratulated on the new hall; a friendly answer."),
    ("meeting", "held", "Went through the plans for next year."),
    ("meeting", "held", "Showed the control unit; they want figures on energy."),
    ("visit", "held", "Looked at the line with the production manager."),
)
LATER = ("call", "interested_later", "Not now; they will rebuild the line and want to talk then.")
LATE_CALL = ("call", "connected", "Called from the road; written down only now.")
TRIES = (
    ("call", "no_answer", ""),
    ("call", "left_message", "Asked for a call back."),
    ("email", "sent", "Sent the new price list."),
    ("email", "sent", "Asked when a visit would suit them."),
)
STEPS = (
    "Send the offer for the spare pumps",
    "Call about the delivery",
    "Ask how the trial went",
    "Bring the figures on energy",
    "Agree on a day for the service",
    "Meet the production manager",
)
DEALS = ("Spare pumps", "A second line", "Control units", "Service for a year", "Retrofit")
LOSSES = ("Price", "No budget this year", "Went to a competitor", "Delivery takes too long")
COMMENTS = (
    ("alice", "Fine with me, as long as the warning still comes three weeks before."),
    ("bob", "Good: quiet accounts come back to the pool while they still know us."),
    ("gita", "Some of mine only order once a quarter. That will be close."),
)
