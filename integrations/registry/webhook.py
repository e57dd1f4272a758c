"""Notifications of a registry: checked, reduced to what changed, each told once."""

from __future__ import annotations

import hmac
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

import msgspec

from integrations.registry.models import MANIFEST_TYPES, Envelope, Event, is_repository, is_tag
from integrations.upstream import USER_AGENT_PREFIX

MEDIA_TYPES: Final = frozenset(
    {
        "application/vnd.docker.distribution.events.v1+json",
        "application/vnd.docker.distribution.events.v2+json",
        "application/json",
    }
)
MAX_BODY: Final = 4 * 1024 * 1024
_REMEMBERED: Final = 10_000


class BadDelivery(ValueError):
    """The body is not a delivery of events; the message says why."""


@dataclass(frozen=True, slots=True)
class Push:
    """A manifest was pushed; `tag` is empty when it was pushed by digest."""

    repository: str
    tag: str
    digest: str


@dataclass(frozen=True, slots=True)
class Removal:
    """Something of the repository was deleted: its tags must be read again."""

    repository: str


Change = Push | Removal


def write_change(change: Change) -> str:
    """One line for a notice to other replicas. No part of it may hold a space."""
    if isinstance(change, Push):
        return f"{change.repository} {change.tag} {change.digest}"
    return change.repository


def read_change(text: str) -> Change:
    """What `write_change` wrote."""
    repository, *pushed = text.split(" ")
    return Push(repository, *pushed) if len(pushed) == 2 else Removal(repository)


def authorised(header: str, secret: str) -> bool:
    """Whether ``Authorization: Bearer <secret>`` was sent, in constant time."""
    if not secret:
        return False
    return hmac.compare_digest(header.encode(), f"Bearer {secret}".encode())


class Receiver:
    """Turns deliveries into changes. Deliveries repeat and come out of order."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()

    def read(self, media_type: str, body: bytes) -> list[Change]:
        """The changes of one delivery; `BadDelivery` when it is none."""
        if media_type.partition(";")[0].strip().lower() not in MEDIA_TYPES:
            raise BadDelivery(f"the media type {media_type[:80]!r} is not a registry's events")
        if len(body) > MAX_BODY:
            raise BadDelivery(f"a delivery has at most {MAX_BODY} bytes")
        try:
            events = msgspec.json.decode(body, type=Envelope).events
        except (msgspec.DecodeError, RecursionError) as error:
            raise BadDelivery(f"the body is not a list of events: {error}") from error
        return [change for event in events if (change := self._change(event)) is not None]

    def _change(self, event: Event) -> Change | None:
        target = event.target
        if not is_repository(target.repository) or not self._first_time(event.id):
            return None
        if event.request.useragent.startswith(USER_AGENT_PREFIX):
            return None
        if event.action == "delete":
            return Removal(target.repository)
        if event.action == "push" and target.media_type in MANIFEST_TYPES:
            tag = target.tag if is_tag(target.tag) else ""
            return Push(target.repository, tag, target.digest)
        return None

    def _first_time(self, event_id: str) -> bool:
        if not event_id:
            return True
        if event_id in self._seen:
            return False
        self._seen[event_id] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True
