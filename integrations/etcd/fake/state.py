"""The state of the fake cluster, and how tests change it."""

from __future__ import annotations

import asyncio
import bisect
from dataclasses import dataclass, field
from typing import Any, Final

CLUSTER_ID: Final = "14841639068965178418"
FIRST_MEMBER: Final = 10276657743932975437


@dataclass(slots=True)
class FakeKey:
    """One live key."""

    value: bytes
    create: int
    mod: int
    version: int
    lease: str = "0"


@dataclass(slots=True)
class FakeMember:
    """One member; ids exceed 2^53 as the real ones do. `failing` are health checks and why
    they fail, `corruption` makes its data another's, `compacted` is not 0 while it lags,
    `refusal` is how it answers a request for its hash (status, code, words)."""

    name: str
    id: str
    host: str
    learner: bool = False
    version: str = "3.7.3"
    db_size: int = 25 * 1024 * 1024
    extra_metrics: dict[str, float] = field(default_factory=dict)
    has_checks: bool = True
    failing: dict[str, str] = field(default_factory=dict)
    corruption: str = ""
    compacted: int = 0
    refusal: tuple[int, int, str] | None = None


Change = dict[str, Any]


class FakeState:
    """Keys, revisions, members, alarms and a leader, shared by the members' applications."""

    def __init__(self, members: int = 3, *, user: tuple[str, str] | None = None) -> None:
        self.members = [
            FakeMember(f"m{n}", str(FIRST_MEMBER + n), f"m{n}.etcd.test:2379")
            for n in range(1, members + 1)
        ]
        self.id = CLUSTER_ID
        self.leader: str = self.members[0].id
        self.user = user
        self.tokens: set[str] = set()
        self.readers: dict[str, tuple[str, bytes]] = {}
        """Further users by name: password, and the prefix they may read."""
        self.prefixes: dict[str, bytes] = {}
        """Tokens of these users."""
        self.revision = 1
        self.compacted = 0
        self.term = 2
        self.keys: dict[bytes, FakeKey] = {}
        self.log: list[tuple[int, Change]] = []
        self.alarms: list[tuple[str, str]] = []
        self.watches = 0
        self.changed = asyncio.Condition()

    async def put(self, key: bytes, value: bytes, lease: str = "0") -> None:
        """Write a key and tell the watches."""
        self.revision += 1
        old = self.keys.get(key)
        self.keys[key] = FakeKey(
            value,
            old.create if old else self.revision,
            self.revision,
            old.version + 1 if old else 1,
            lease,
        )
        await self._record({"kv": self.rendered(key)})

    async def delete(self, key: bytes) -> None:
        """Delete a key and tell the watches."""
        del self.keys[key]
        self.revision += 1
        change = {"type": "DELETE", "kv": {"key": key, "mod_revision": str(self.revision)}}
        await self._record(change)

    async def compact(self) -> None:
        """Forget history before the current revision."""
        self.compacted = self.revision
        self.log.clear()
        await self.wake()

    async def elect(self, number: int | None) -> None:
        """Make member `number` (from 0) the leader, or leave the cluster without one."""
        self.leader = "0" if number is None else self.members[number].id
        self.term += 1
        await self.wake()

    async def wake(self) -> None:
        """Let every open watch look at the state again."""
        async with self.changed:
            self.changed.notify_all()

    def rendered(self, key: bytes, *, values: bool = True) -> Change:
        """A key as the gateway's JSON has it (defaults left out, int64 as strings)."""
        held = self.keys[key]
        body: Change = {
            "key": key,
            "create_revision": str(held.create),
            "mod_revision": str(held.mod),
            "version": str(held.version),
        }
        if held.lease != "0":
            body["lease"] = held.lease
        if values and held.value:
            body["value"] = held.value
        return body

    def since(self, revision: int) -> list[tuple[int, Change]]:
        """Changes from `revision` on."""
        start = bisect.bisect_left(self.log, revision, key=lambda entry: entry[0])
        return self.log[start:]

    async def _record(self, change: Change) -> None:
        self.log.append((self.revision, change))
        await self.wake()
