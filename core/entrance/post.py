"""Mail that leaves after the answer: how long an answer takes must not tell who is known here."""

import logging
from concurrent.futures import ThreadPoolExecutor

from django.core.mail import EmailMessage

logger = logging.getLogger(__name__)
POSTMAN = ThreadPoolExecutor(max_workers=1, thread_name_prefix="post")


def send_later(message: EmailMessage) -> None:
    """Hands the message to the postman. If it cannot be delivered, the log says so."""
    POSTMAN.submit(_send, message)


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except Exception:
        logger.exception("A mail about signing in could not be sent.")
