"""The local stack's status file: its components for the page, its connections for us."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import psutil

from backend.connections.records import Record, RecordOrigin, read_record
from backend.errors import Unavailable
from backend.stack.filecauses import cause_of_file
from backend.stack.paths import StackPaths
from backend.stack.status import Component
from integrations.discovery import kinds

__all__ = ["LocalStack", "StackStatus", "read_stack_status"]

_MAX_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StackStatus:
    """What the file says. `present` is False when no local stack was ever started here."""

    present: bool = False
    running: bool = False
    updated: str = ""
    components: tuple[Component, ...] = ()
    connections: tuple[Record, ...] = ()


class LocalStack:
    """The stack's records, read from its status file each time; `status` is the last read."""

    def __init__(self, paths: StackPaths) -> None:
        self.status = StackStatus()
        self._paths = paths

    async def read(self) -> StackStatus:
        """What the file says now, in `status` too."""
        self.status = await asyncio.to_thread(read_stack_status, self._paths.status)
        return self.status

    async def retry(self, component: str) -> None:
        """Ask the supervisor to try this failed component of its again; it looks every moment.
        `Unavailable` where that cannot be written down."""
        asked = self._paths.retries / component
        try:
            await asyncio.to_thread(asked.parent.mkdir, 0o700, exist_ok=True)
            await asyncio.to_thread(asked.touch, 0o600)
        except OSError as error:
            why = cause_of_file(error, self._paths.home) or f"The stack cannot be asked: {error}"
            raise Unavailable(why) from error

    async def records(self) -> Sequence[Record]:
        """What the stack declares now."""
        return (await self.read()).connections


def read_stack_status(file: Path) -> StackStatus:
    """The present status; an unreadable or foreign file counts as no stack."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            return StackStatus()
        document = json.loads(file.read_text())
        return _parse(document)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return StackStatus()


def _parse(document: dict[str, Any]) -> StackStatus:
    declared = document.get("connections", {})
    return StackStatus(
        present=True,
        running=_alive(document.get("pid")),
        updated=str(document.get("updated", "")),
        components=msgspec.convert(document.get("components", []), tuple[Component, ...]),
        connections=tuple(
            read_record(kind, record, RecordOrigin.STACK)
            for kind in kinds()
            for record in declared.get(kind, ())
        ),
    )


def _alive(pid: object) -> bool:
    return isinstance(pid, int) and psutil.pid_exists(pid)
