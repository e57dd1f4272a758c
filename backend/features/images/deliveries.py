"""What a registry's webhook told one replica, told to all."""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.connections.upstreams import Upstreams
from backend.db.bus import Bus
from backend.db.notice import Notice
from integrations.registry.integration import INTEGRATION as REGISTRY
from integrations.registry.webhook import Change, read_change, write_change

__all__ = ["Deliveries"]

_log = structlog.get_logger("craton.images")


class Deliveries:
    """Carries changes over the bus's `registry/<name>` to the watchers of every replica."""

    def __init__(self, bus: Bus, upstreams: Upstreams) -> None:
        self._bus = bus
        self._upstreams = upstreams
        self._followed: set[str] = set()

    def follow(self, name: str) -> None:
        """Hear what is told of the registry, from now on."""
        if name not in self._followed:
            self._followed.add(name)
            self._bus.subscribe(_topic(name), lambda notice: self._take(name, notice))

    async def tell(self, name: str, changes: Iterable[Change]) -> None:
        """Tell every replica, this one too; while the database is away, this one alone."""
        keys = tuple(map(write_change, changes))
        if not keys:
            return
        try:
            await self._bus.send(_topic(name), keys)
        except (SQLAlchemyError, OSError) as error:
            _log.warning("a delivery reached this replica only", registry=name, error=str(error))
            self._bus.tell(Notice(_topic(name), keys))

    def _take(self, name: str, notice: Notice) -> None:
        found = self._upstreams.get(REGISTRY, name)
        if found is not None:
            found.changed(None if notice.keys is None else map(read_change, notice.keys))


def _topic(name: str) -> str:
    return f"registry/{name}"
