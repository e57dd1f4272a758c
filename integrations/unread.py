"""A feed without a reader, for an integration whose parts need one anyway."""

from __future__ import annotations

from typing import Any

from integrations.contract import FeedState

__all__ = ["Unread"]


class Unread:
    """Keeps nothing."""

    def put(self, key: str, value: Any) -> None:
        """Ignore."""

    def delete(self, key: str) -> None:
        """Ignore."""

    def begin(self) -> None:
        """Ignore."""

    def commit(self) -> None:
        """Ignore."""

    def state(self, state: FeedState, message: str = "") -> None:
        """Ignore."""
