"""How contact with one connection is: the worst of what its feeds say."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from integrations.contract import FeedState, Freshness

__all__ = ["Contact"]

_WORSE: Final = (
    FeedState.LIVE,
    FeedState.POLLING,
    FeedState.CONNECTING,
    FeedState.DENIED,
    FeedState.STALE,
)
_FRESH: Final = (FeedState.LIVE, FeedState.POLLING)
_BAD: Final = (FeedState.DENIED, FeedState.STALE)
_HEALTH: Final = "health"


class Contact:
    """Hears the state of every feed of a connection and tells `changed` about the whole."""

    def __init__(self, source: str, changed: Callable[[], None]) -> None:
        self.freshness = Freshness(source, FeedState.CONNECTING, time.time())
        self._changed = changed
        self._states: dict[str, tuple[FeedState, str]] = {}
        self.lost = False
        """Whether no feed is fresh any more, and one says why."""

    def listener(self, kind: str) -> ContactFeed:
        """A feed that only hears states, beside those that keep the rows of `kind`."""
        return ContactFeed(self, kind)

    def states(self) -> dict[str, str]:
        """Each feed's state in a word, with its reason."""
        told = sorted(self._states.items())
        return {
            kind: f"{state.value}: {why}" if why else state.value for kind, (state, why) in told
        }

    def heard(self, kind: str, state: FeedState, message: str) -> None:
        """A feed's state; tells when the whole became different."""
        self._states[kind] = (state, message)
        worst = max(self._states.values(), key=lambda item: _WORSE.index(item[0]))
        was, was_lost = self.freshness, self.lost
        self.lost = worst[0] in _BAD and not self._any_fresh()
        if worst == (was.state, was.message) and was_lost == self.lost:
            return
        since = was.since if was.state is worst[0] else time.time()
        self.freshness = Freshness(was.source, worst[0], since, worst[1])
        self._changed()

    def _any_fresh(self) -> bool:
        """That of a system's own health tells as well of one that does not answer."""
        return any(s in _FRESH for kind, (s, _) in self._states.items() if kind != _HEALTH)


class ContactFeed:
    """A `Feed` that passes states to a `Contact` and keeps nothing."""

    def __init__(self, contact: Contact, kind: str) -> None:
        self._contact = contact
        self._kind = kind

    def put(self, key: str, value: Any) -> None:
        """Not its business."""

    def delete(self, key: str) -> None:
        """Not its business."""

    def begin(self) -> None:
        """Not its business."""

    def commit(self) -> None:
        """Not its business."""

    def state(self, state: FeedState, message: str = "") -> None:
        """Pass on."""
        self._contact.heard(self._kind, state, message)
