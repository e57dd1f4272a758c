"""One subscription of one socket: what waits to be sent, never more than one frame."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from backend.live.query import Query
from backend.live.source import Source
from backend.live.window import Window

__all__ = ["Subscription"]


class Subscription:
    """Listens to a window. A delta that meets an unsent one becomes a snapshot: a reader that
    is slow gets the present state when it reads again, never a growing queue. Frames are
    numbered when they are taken to be sent, so nothing that was replaced leaves a gap. With a
    `team` it shows what that one owns, at any time."""

    def __init__(
        self,
        name: str,
        source: Source,
        query: Query,
        ready: Callable[[Subscription], None],
        team: str = "",
    ) -> None:
        self.id = name
        self.source = source
        self.query = query
        self.team = team
        self.offset = 0
        self.limit = 0
        self.window: Window | None = None
        self._ready = ready
        self._seq = 0
        self._delta: str | None = None
        self._snapshot_due = False
        member = msgspec.json.encode(name).decode()
        self._heads = {op: f'{{"op":"{op}","id":{member},"seq":' for op in ("snapshot", "delta")}

    def attach(self, window: Window) -> None:
        """Show `window` from now on; a snapshot is due."""
        if window is not self.window:
            window.join(self)
            self.detach()
            self.window = window
        self._delta, self._snapshot_due = None, True
        self._ready(self)

    def detach(self) -> None:
        """Show nothing, and send nothing of what was shown."""
        window, self.window = self.window, None
        self._delta, self._snapshot_due = None, False
        if window is not None:
            window.leave(self)

    def changed(self, body: str) -> None:
        """A delta of the window (`Listener`)."""
        if self._snapshot_due:
            return
        if self._delta is None:
            self._delta = body
            self._ready(self)
        else:
            self._delta, self._snapshot_due = None, True

    def take(self) -> tuple[str, str] | None:
        """The op and text of the frame that is due, if one is."""
        if self.window is None:
            return None
        if self._snapshot_due:
            op, body = "snapshot", self.window.snapshot()
        elif self._delta is not None:
            op, body = "delta", self._delta
        else:
            return None
        self._delta, self._snapshot_due = None, False
        self._seq += 1
        return op, f"{self._heads[op]}{self._seq},{body}"
