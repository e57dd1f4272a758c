"""The console's parts as one object, for those who build, start and stop it. Routes ask for
each part by its type instead (`backend.parts`)."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from auth.kinds import Catalogue
from backend.audit import Exports, Refusals
from backend.connections.manager import ConnectionManager
from backend.connections.stackfile import LocalStack
from backend.db.bus import Bus
from backend.http.readiness import DatabaseProbe, Readiness
from backend.identity.credentials import Identities
from backend.identity.hashing import HASHING, Hashing
from backend.identity.limits import AttemptLimits
from backend.identity.owned import Selection
from backend.jobs import Jobs
from backend.jobs.supervisor import Supervisor
from backend.live.registry import Registry
from backend.omaha.operate.service import UpdateService
from backend.secrets.store import Secrets
from backend.settings import Settings

__all__ = ["Console", "console_of"]


@dataclass(slots=True)
class Console:
    """Built once by `backend.app.create_app`; one per process (or per test)."""

    settings: Settings
    engine: AsyncEngine
    db_sessions: async_sessionmaker[AsyncSession]
    bus: Bus
    jobs: Jobs
    attempts: AttemptLimits
    identities: Identities
    registry: Registry
    connections: ConnectionManager
    stack: LocalStack
    refusals: Refusals
    exports: Exports
    secrets: Secrets
    updates: UpdateService | None = None
    selection: Selection = field(default_factory=Selection)
    catalogue: Catalogue = field(default_factory=Catalogue)
    supervisor: Supervisor = field(default_factory=Supervisor)
    readiness: Readiness = field(init=False)
    hashing: Hashing = HASHING
    cause: str = ""
    """Why it did not start, where an operator can mend it (`backend.startcauses`)."""

    def __post_init__(self) -> None:
        self.readiness = Readiness(DatabaseProbe(self.engine), lambda: self.failing_loops)

    @property
    def failing_loops(self) -> dict[str, str]:
        """The background loops that failed and did not recover yet, with the reason."""
        updates = self.updates.supervisor.failing if self.updates else {}
        return self.supervisor.failing | updates


def console_of(app: FastAPI) -> Console:
    """The console that `backend.app.create_app` made `app` for: for who starts it, and tests."""
    console: Console = app.state.console
    return console
