"""What a feature is given and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from starlette.types import ASGIApp

from auth.kinds import Catalogue, Kind
from backend.commerce.counting import Counting
from backend.connections.feeds import FeedFactory
from backend.connections.manager import ConnectionManager
from backend.connections.upstreams import Upstreams
from backend.db.bus import Bus
from backend.identity.owned import Selection
from backend.jobs import Jobs
from backend.jobs.job import Declared
from backend.live.registry import Registry
from backend.secrets.store import Secrets
from backend.settings import Settings

__all__ = ["Feature", "FeatureContext", "FeedFactory"]


@dataclass(frozen=True, slots=True)
class FeatureContext:
    """Shared parts of the running console."""

    settings: Settings
    registry: Registry
    upstreams: Upstreams
    connections: ConnectionManager
    secrets: Secrets
    engine: AsyncEngine
    db_sessions: async_sessionmaker[AsyncSession]
    bus: Bus
    jobs: Jobs
    catalogue: Catalogue
    """Filled by what the features declare: complete once all of them are registered."""
    counting: Counting
    """How many there are of what is limited and metered."""
    selection: Selection = field(default_factory=Selection)
    """Is told of the namespaces there are, by which teams own them."""

    @property
    def organisation(self) -> str:
        """The organisation's name: the first scope segment of every row."""
        return self.settings.organisation


@dataclass(frozen=True, slots=True)
class Feature:
    """A registered feature: its routes, what it wants from each kind of connection, the kinds
    of thing it adds to the catalogue of rights, its jobs, schedules and loops, and the parts
    its routes ask for (`backend.parts`)."""

    name: str
    router: APIRouter | None = None
    feeds: Mapping[str, FeedFactory] = field(default_factory=dict)
    kinds: tuple[Kind, ...] = ()
    jobs: tuple[Declared, ...] = ()
    parts: tuple[object, ...] = ()
    mounts: Mapping[str, ASGIApp] = field(default_factory=dict)
    """Applications of their own by path: what is no interface of the console's."""
