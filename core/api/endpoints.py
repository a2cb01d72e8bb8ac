"""What an endpoint is here: read what shows to you, and ask the verbs for everything else."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError as ModelValidationError
from django.db import transaction
from django.db.models import Model
from django.http import Http404
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from core import origin
from core.api import idempotency
from core.api.permissions import ScopeCovers, SignedIn
from core.api.problems import Problem
from core.errors import Refused
from core.models import User

_M = TypeVar("_M", bound=Model)
ANSWERED = (APIException, ModelValidationError, Http404, Refused)
"""What becomes a problem, with whatever was begun taken back."""

WRITING = ("post", "patch")
ID = r"[0-9]{1,18}"


class Endpoint(GenericViewSet[_M], Generic[_M]):
    """``resource`` is the word in scopes. ``orderings`` are those that a list may have, the first
    unless asked. ``keyed_actions`` move ownership or money: they need an ``Idempotency-Key``.
    ``shapes`` are what each action takes; ``serializer_class`` is what is answered.
    """

    resource = ""
    orderings: tuple[str, ...] = ("id",)
    keyed_actions: frozenset[str] = frozenset()
    shapes: dict[str, type[BaseSerializer[Any]]] = {}
    lookup_value_regex = ID
    permission_classes = [SignedIn, ScopeCovers]
    filterset_class: Any = None

    @property
    def person(self) -> User:
        """Who asks."""
        user = self.request.user
        if not isinstance(user, User):
            raise TypeError("The permissions let nobody in who has not signed in.")
        return user

    @property
    def now(self) -> dt.datetime:
        """One moment for the whole request."""
        if not hasattr(self, "_now"):
            self._now = timezone.now()
        return self._now

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Read before anybody parses it: the body is compared with the first one of the same key.
        request._request.body  # noqa: B018 - a property that reads
        super().initial(request, *args, **kwargs)
        name = str(request.method).lower()
        if name in WRITING and hasattr(self, name):
            setattr(self, name, partial(self._write, getattr(self, name)))

    def said(self, *, partial: bool = False) -> dict[str, Any]:
        """What the request says, in the shape of this action."""
        shape = self.shapes[self.action](
            data=self.request.data, partial=partial, context=self.get_serializer_context()
        )
        shape.is_valid(raise_exception=True)
        words: dict[str, Any] = shape.validated_data
        return words

    def shown(self, thing: Model | int, *, status: int = 200) -> Response:
        """The thing as it reads now."""
        pk = thing if isinstance(thing, int) else thing.pk
        row = self.get_queryset().get(pk=pk)
        return Response(self.get_serializer(row).data, status=status)

    def _write(
        self, handler: Callable[..., Response], request: Request, *args: Any, **kwargs: Any
    ) -> Response:
        key = idempotency.key_of(request) if request.method == "POST" else None
        if key is None and self.action in self.keyed_actions:
            raise Problem(
                400,
                "idempotency_key_missing",
                f"This step moves ownership or money. Send an {idempotency.HEADER} header with a"
                f" new value for each, so that asking twice does it once.",
            )
        with origin.working_as(f"api {request.method} {request.path}"):
            work = partial(handler, request, *args, **kwargs)
            if key is None:
                with transaction.atomic():
                    return work()
            return idempotency.once(
                request, key=key, by=self.person, at=self.now, work=partial(self._settled, work)
            )

    def _settled(self, work: Callable[[], Response]) -> Response:
        """The answer, be it a problem: then nothing of the work stays."""
        try:
            with transaction.atomic():
                return work()
        except ANSWERED as error:
            return self.handle_exception(error)


class ReadOnly(ListModelMixin, RetrieveModelMixin, Endpoint[_M]):
    """A list and its rows."""
