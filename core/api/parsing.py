"""Reading a request."""

import json
from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class Json(JSONParser):
    """JSON, but not nested so deep that nobody could have meant it."""

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        try:
            parsed: dict[str, Any] = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("This is nested too deep.") from error
        _check_words(parsed)
        return parsed


def _check_words(parsed: Any) -> None:
    """Half a character (\\ud800) is valid JSON, but neither text that can be kept nor answered."""
    try:
        json.dumps(parsed, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ParseError("There is half a character in a text.") from error
