"""The running connections by kind and name: what detail routes read from on demand."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from pydantic import BaseModel

from backend.errors import NotFoundProblem
from integrations.contract import Connection, Integration

__all__ = ["Upstreams"]

C = TypeVar("C", bound=Connection)
S = TypeVar("S", bound=BaseModel)


class Upstreams:
    """Typed access by an integration's declaration. Filled by `backend.connections.manager`;
    names are unique within a kind."""

    def __init__(self) -> None:
        self._running: dict[tuple[str, str], Connection] = {}
        self._known: dict[tuple[str, str], Any] = {}

    def get(self, integration: Integration[Any, C], name: str) -> C | None:
        """The running connection called `name`, None when there is none."""
        return cast("C | None", self._running.get((integration.kind, name)))

    def find(self, integration: Integration[Any, C], name: str) -> C:
        """The same; raises `NotFoundProblem` (404) when there is none."""
        found = self.get(integration, name)
        if found is None:
            raise NotFoundProblem(f"There is no connection called {name!r}.")
        return found

    def all(self, integration: Integration[Any, C]) -> dict[str, C]:
        """Every running connection of a kind, sorted by name."""
        kind = integration.kind
        names = sorted(name for known, name in self._running if known == kind)
        return {name: cast("C", self._running[kind, name]) for name in names}

    def unasked(self, integration: Integration[S, Any]) -> dict[str, S]:
        """The settings of those of a kind that cannot be asked, while rows of theirs may be there:
        they start and are not reachable yet, or do not run any more."""
        return {
            name: cast("S", settings)
            for (kind, name), settings in self._known.items()
            if kind == integration.kind and (kind, name) not in self._running
        }

    def any(self, kind: str) -> bool:
        """Whether any connection of `kind` runs."""
        return any(known == kind for known, _ in self._running)

    def expect(self, kind: str, name: str, settings: Any) -> None:
        """It begins to start: rows may come before it is reachable."""
        self._known[kind, name] = settings

    def add(self, kind: str, name: str, connection: Connection) -> None:
        """Make it reachable."""
        self._running[kind, name] = connection

    def remove(self, kind: str, name: str) -> None:
        """Make it unreachable; an unknown one is ignored. It is `unasked` until `forget`."""
        self._running.pop((kind, name), None)

    def forget(self, kind: str, name: str) -> None:
        """No row of what was removed is there any more."""
        if (kind, name) not in self._running:
            self._known.pop((kind, name), None)
