"""The status of the stack: what each component is doing, in one file.

The format is described by `status.schema.json` and in the README. The file is
replaced atomically, at most twice a second.
"""

import asyncio
import os
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
import structlog

from backend.stack.files import write_atomic

WRITE_INTERVAL = 0.5
"""Seconds between two writes of the status file."""

_log = structlog.get_logger("craton.stack")


def now() -> str:
    """Give the present moment as RFC 3339 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class ComponentState(StrEnum):
    """What a component is doing. UNRESPONSIVE: it runs and was ready, but no longer answers."""

    WAITING = "waiting"
    BUILDING = "building"
    STARTING = "starting"
    READY = "ready"
    UNRESPONSIVE = "unresponsive"
    RESTARTING = "restarting"
    FAILED = "failed"
    STOPPED = "stopped"


class Component(msgspec.Struct):
    """One part of the stack, as shown to people.

    `progress` is a share from 0 to 1 while something is built or seeded,
    `reason` is only set while the state is `failed`.
    """

    name: str
    kind: str
    title: str
    state: ComponentState = ComponentState.WAITING
    progress: float | None = None
    detail: str = ""
    version: str | None = None
    endpoint: str | None = None
    pid: int | None = None
    log: str | None = None
    since: str = msgspec.field(default_factory=now)
    restarts: int = 0
    reason: str | None = None


class LocalKubernetes(msgspec.Struct):
    """A cluster a client may use. `rights` says whose decide on what a person may do there:
    ``both`` once the cluster grants the console's users something."""

    name: str
    kubeconfig: str
    rights: str = "console"


class LocalEtcd(msgspec.Struct):
    """An etcd cluster and the files of a client certificate without a common name. `changes` says
    whether its keys may be changed through the console."""

    name: str
    endpoints: list[str]
    ca: str
    cert: str
    key: str
    changes: str = "forbidden"


class LocalRegistry(msgspec.Struct):
    """A registry; `webhook_secret_file` holds what it sends as bearer token."""

    name: str
    url: str
    webhook_secret_file: str


class StackConnections(msgspec.Struct):
    """What can be reached: listed from the moment it was first ready."""

    kubernetes: list[LocalKubernetes] = msgspec.field(default_factory=list)
    etcd: list[LocalEtcd] = msgspec.field(default_factory=list)
    registry: list[LocalRegistry] = msgspec.field(default_factory=list)


class StackStatus(msgspec.Struct):
    """The whole status file."""

    version: int
    pid: int
    updated: str
    components: list[Component]
    connections: StackConnections


def read_status(path: Path) -> StackStatus | None:
    """Read a status file; None when there is none or it cannot be understood."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=StackStatus)
    except (OSError, msgspec.DecodeError):
        return None


class StatusBoard:
    """Holds the status in memory and writes it out when it changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed = asyncio.Event()
        self._components: dict[str, Component] = {}
        self.connections = StackConnections()

    def add(self, name: str, kind: str, title: str, log: Path | None = None) -> Component:
        """Announce a component, in the order they are to be shown."""
        component = Component(name, kind, title, log=str(log) if log else None)
        self._components[name] = component
        self._changed.set()
        return component

    def __getitem__(self, name: str) -> Component:
        return self._components[name]

    def update(self, name: str, state: ComponentState | None = None, **fields: Any) -> None:
        """Change fields of one component; a new state starts a new `since`."""
        component = self._components[name]
        if state is not None and state is not component.state:
            component.state = state
            component.since = now()
            component.progress = None
            component.reason = None
        for field, value in fields.items():
            setattr(component, field, value)
        self._changed.set()

    def touch(self) -> None:
        """Say that `connections` changed."""
        self._changed.set()

    def status(self) -> StackStatus:
        """Give the present status."""
        return StackStatus(1, os.getpid(), now(), list(self._components.values()), self.connections)

    def write(self) -> None:
        """Write the file now."""
        write_atomic(self._path, msgspec.json.format(msgspec.json.encode(self.status())))

    async def keep_writing(self) -> None:
        """Write after every change, at most twice a second, until cancelled; what cannot be
        written (a full disk), again until it can."""
        failed = ""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                self.write()
                failed = ""
            except OSError as error:
                self._changed.set()
                if failed != (failed := error.strerror or str(error)):
                    _log.warning("the status cannot be written", why=failed)
            await asyncio.sleep(WRITE_INTERVAL)
