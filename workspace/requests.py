"""The request of somebody who has signed in, for views behind `login_required`."""

from django.http import HttpRequest

from core.models import User


class SignedInRequest(HttpRequest):
    """`user` is a person, never anonymous."""

    user: User
