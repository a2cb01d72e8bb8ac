"""What an app for codes shows, worked out from the secret as the app does (RFC 6238)."""

import base64
import hashlib
import hmac
import struct
import time

PERIOD = 30


def code(secret: str, *, at: float | None = None) -> str:
    counter = struct.pack(">Q", int(time.time() if at is None else at) // PERIOD)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    begin = digest[-1] & 0xF
    number = int.from_bytes(digest[begin : begin + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
