"""`craton get --watch`: a collection's rows as they come, change and go, over the live socket.

The protocol is that of the pages (`backend/live/README.md`). A line that breaks is made anew, and
what changed meanwhile is told as if it had happened then; only the end of the credential or of the
right to look ends it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from backend.client.cells import cell, present, table
from backend.client.console import Console
from backend.client.declared import Declared
from backend.client.failures import CommandFailed, Exit
from backend.client.output import Output, show

__all__ = ["MOST", "Event", "events", "print_events"]

MOST: Final = 500
"""Rows that one subscription may show."""
_BEATS: Final = 3
_SESSION_OVER, _NO_RIGHT = 4401, 4403
_LONGEST_WAIT: Final = 30.0
_MAX_FRAME: Final = 64 * 1024 * 1024


class Event(NamedTuple):
    """What happened to a row: ADDED, MODIFIED or DELETED, as Kubernetes calls it."""

    type: str
    row: dict[str, Any]


class _Lost(Exception):
    """The line broke; `shown` says whether it had worked before."""

    def __init__(self, why: str, *, worked: bool) -> None:
        super().__init__(why)
        self.worked = worked


def events(
    console: Console, name: str, query: dict[str, Any], limit: int, known: dict[str, Any]
) -> Iterator[Event]:
    """For ever: what changes in the first `limit` rows. `known` has them by key."""
    wait = 1.0
    while True:
        try:
            yield from _session(console, name, query, limit, known)
        except _Lost as lost:
            wait = 1.0 if lost.worked else min(wait * 2, _LONGEST_WAIT)
            sys.stderr.write(f"craton: {lost}; asking again in {wait:.0f} s\n")
            time.sleep(wait)


def print_events(
    declared: Declared, found: Iterator[Event], output: Output, columns: list[str]
) -> None:
    """Print each as a line: a table with the event first, or a JSON document."""
    chosen = list(declared.columns) if output is Output.WIDE else declared.chosen(columns)
    widths = [len("MODIFIED"), *(len(str(c["label"])) for c in chosen)]
    if output in {Output.TABLE, Output.WIDE}:
        show(table([["EVENT", *(str(c["label"]).upper() for c in chosen)]], widths))
    for event in found:
        if output is Output.JSON:
            show(json.dumps({"type": event.type, "object": event.row}, ensure_ascii=False))
        elif output is Output.NAME:
            show(f"{event.type} {declared.name}/{event.row['key']}")
        else:
            now = present()
            cells = [cell(c["type"], event.row.get(c["id"]), now) for c in chosen]
            show(table([[event.type, *cells]], widths))


def _session(
    console: Console, name: str, query: dict[str, Any], limit: int, known: dict[str, Any]
) -> Iterator[Event]:
    worked = False
    try:
        with _open(console) as socket:
            hello = json.loads(socket.recv(timeout=_LONGEST_WAIT))
            words = {"query": query, "offset": 0, "limit": limit}
            subscribe = {"op": "subscribe", "id": "get", "collection": name, **words}
            socket.send(json.dumps(subscribe))
            for frame in _frames(socket, _BEATS * float(hello["heartbeat"])):
                worked = True
                yield from _changes(frame, known)
    except ConnectionClosed as closed:
        raise _ended(closed, worked=worked) from closed
    except InvalidStatus as refused:
        if refused.response.status_code < 500:  # 401, 403: waiting helps nobody
            raise CommandFailed("The console refuses the live socket.") from refused
        raise _Lost("the console does not answer", worked=worked) from refused
    except (OSError, TimeoutError, InvalidHandshake) as error:
        why = f"the line to the console broke ({error or type(error).__name__})"
        raise _Lost(why, worked=worked) from error


def _open(console: Console) -> ClientConnection:
    return connect(
        console.context.url.replace("http", "ws", 1) + "/api/v1/live",
        additional_headers=console.headers,
        ssl=console.tls,
        open_timeout=10,
        close_timeout=2,
        max_size=_MAX_FRAME,
    )


def _frames(socket: ClientConnection, silence: float) -> Iterator[dict[str, Any]]:
    while True:
        frame = json.loads(socket.recv(timeout=silence))
        if frame["op"] == "heartbeat":
            socket.send('{"op":"pong"}')
        elif frame["op"] == "error":
            raise CommandFailed(frame["problem"].get("detail") or frame["problem"]["title"])
        else:
            yield frame


def _changes(frame: dict[str, Any], known: dict[str, Any]) -> Iterator[Event]:
    """What a frame says that was not known; a snapshot says everything, whatever was missed."""
    if frame["op"] == "snapshot":
        rows = {row["key"]: row for row in frame["rows"]}
        gone = [key for key in known if key not in rows]
    elif frame["op"] == "delta":
        rows = {row["key"]: row for row in frame["upsert"]}
        gone = [key for key in frame["remove"] if key in known]
    else:
        return
    for key in gone:
        yield Event("DELETED", known.pop(key))
    for key, row in rows.items():
        before = known.get(key)
        known[key] = row
        if before != row:
            yield Event("ADDED" if before is None else "MODIFIED", row)


def _ended(closed: ConnectionClosed, *, worked: bool) -> Exception:
    code = closed.rcvd.code if closed.rcvd else 0
    if code == _SESSION_OVER:
        return CommandFailed("Your sign-in is over: craton login", Exit.NOT_SIGNED_IN)
    if code == _NO_RIGHT:
        return CommandFailed("You may not look at this any more.")
    return _Lost("the line to the console broke", worked=worked)
