"""The one family of errors that a rule of the business may raise."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError


class Refused(Exception):
    """A rule says no.

    ``code`` is for programs (``cooldown``, ``already_claimed``), ``sentence`` for people: it says
    what happened and what to do. ``facts`` are the figures behind it, for pages and the API.
    """

    def __init__(self, code: str, sentence: str, **facts: Any) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.facts = facts


class NotAllowed(Refused):
    """The rule would let it happen, but not by this person (domain §1)."""

    def __init__(self, sentence: str, **facts: Any) -> None:
        super().__init__("not_allowed", sentence, **facts)


def sentences(error: ValidationError) -> str:
    """What is wrong with a row, each sentence led by the name of its field."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    return "; ".join(
        " ".join(texts) if name == NON_FIELD_ERRORS else f"{name}: {' '.join(texts)}"
        for name, texts in error.message_dict.items()
    )
