"""A machine's row in memory: the columns of `omaha_instance`, in a fixed order."""

from __future__ import annotations

from typing import Any

import msgspec

from backend.omaha.domain.model import Arch, GrantState, Machine, UpdateStatus


class MachineEntry(msgspec.Struct, gc=False):
    """One instance row. Untracked by the garbage collector: it holds no containers, and
    there are hundreds of thousands. Treat as immutable except `last_seen`; change through
    `msgspec.structs.replace`."""

    id: int
    application_id: int
    machine_id: str
    group_id: int
    release: str
    arch: int
    track: str
    created_at: float
    last_seen: float
    status_at: float
    status: int = UpdateStatus.UNDEFINED
    reason: int = 0
    error_code: int | None = None
    grant_state: int = GrantState.NONE
    rollout_id: int | None = None
    granted_release: str | None = None
    granted_at: float | None = None
    expires_at: float | None = None
    pinned: bool = False
    hidden: bool = False
    name: str = ""
    named: bool = False
    ip: str = ""
    oem: str = ""
    oem_version: str = ""
    aleph_version: str = ""
    platform: str = ""
    version: int = 1

    @property
    def key(self) -> tuple[int, str]:
        """What identifies the machine to its clients."""
        return self.application_id, self.machine_id

    @property
    def machine(self) -> Machine:
        """The machine as the policy sees it."""
        return Machine(
            self.machine_id,
            self.release,
            Arch(self.arch),
            self.oem,
            self.platform,
            UpdateStatus(self.status),
            GrantState(self.grant_state),
            self.rollout_id,
            self.granted_release,
            self.error_code,
        )


COLUMNS: tuple[str, ...] = MachineEntry.__struct_fields__
"""The columns, in the order of a row."""

FIXED = ("id", "application_id", "machine_id", "created_at", "version")
"""Columns an update never sets."""

CHANGING: tuple[str, ...] = tuple(name for name in COLUMNS if name not in FIXED)

INSERTED: tuple[str, ...] = tuple(name for name in COLUMNS if name != "id")


def values(entry: MachineEntry, names: tuple[str, ...]) -> tuple[Any, ...]:
    """The entry's values of the columns `names`."""
    return tuple(getattr(entry, name) for name in names)
