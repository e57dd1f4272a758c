"""What a browser makes of the frames it gets: the protocol's reading side, strictly."""

from __future__ import annotations

import json

import msgspec

from backend.live.connection import LiveConnection
from backend.live.hub import LiveHub


class Shown:
    """One subscription on the page."""

    def __init__(self) -> None:
        self.seq = 0
        self.rows: list[dict] = []
        self.total = 0
        self.facets: dict = {}
        self.freshness: list = []
        self.error: dict | None = None
        self.resyncs = 0
        self.snapshots = 0
        self.deltas = 0

    @property
    def keys(self) -> list[str]:
        return [row["key"] for row in self.rows]


class Browser:
    """Applies frames; any breach of the protocol is an assertion error."""

    def __init__(self, session: LiveConnection | None = None) -> None:
        self.session = session
        self.shown: dict[str, Shown] = {}
        self.frames: list[dict] = []
        self.ever_seen: set[str] = set()

    async def send(self, op: str, **members) -> None:
        assert self.session is not None
        await self.session.receive(json.dumps({"op": op, **members}))

    async def read(self) -> list[dict]:
        """Take what is due now, without waiting."""
        return self.read_now()

    def read_now(self) -> list[dict]:
        """The same, for tests that wait for nothing."""
        assert self.session is not None
        return [self.apply(text) for text in self.session.due_frames()]

    def apply(self, text: str) -> dict:
        frame = msgspec.json.decode(text)
        self.frames.append(frame)
        op = frame["op"]
        if op in {"hello", "heartbeat"}:
            return frame
        shown = self.shown.setdefault(frame["id"], Shown())
        if op == "resync":
            shown.resyncs += 1
        elif op == "error":
            shown.error = frame["problem"]
            shown.rows = []
        elif op == "snapshot":
            self._snapshot(shown, frame)
        else:
            assert op == "delta", op
            self._delta(shown, frame)
        return frame

    def _snapshot(self, shown: Shown, frame: dict) -> None:
        assert frame["seq"] == shown.seq + 1 or frame["seq"] == 1
        shown.seq = frame["seq"]
        shown.snapshots += 1
        shown.rows = frame["rows"]
        shown.total = frame["total"]
        shown.facets = frame["facets"]
        shown.freshness = frame["freshness"]
        shown.error = None
        self.ever_seen.update(shown.keys)

    def _delta(self, shown: Shown, frame: dict) -> None:
        assert frame["seq"] == shown.seq + 1, "a gap"
        shown.seq = frame["seq"]
        shown.deltas += 1
        held = {row["key"]: row for row in shown.rows}
        for key in frame["remove"]:
            del held[key]
        for row in frame["upsert"]:
            held[row["key"]] = row
            self.ever_seen.add(row["key"])
        order = frame.get("order", shown.keys)
        assert sorted(order) == sorted(held), "order names just the rows there are"
        shown.rows = [held[key] for key in order]
        shown.total = frame.get("total", shown.total)
        shown.facets = frame.get("facets", shown.facets)
        shown.freshness = frame.get("freshness", shown.freshness)


def browser(hub: LiveHub, principal) -> Browser:
    return Browser(LiveConnection(hub, principal))
