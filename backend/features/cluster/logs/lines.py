"""One line of a log, and what is told between them, as the stream's own lines (NDJSON)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

__all__ = ["LOST", "Event", "Line", "Told", "encoded", "read_line"]


class Event(StrEnum):
    """What is told between the lines of a container."""

    WAITING = "waiting"
    """It has not started: `text` says why."""
    RESTARTED = "restarted"
    """Its next run begins here."""
    ENDED = "ended"
    """It ended and does not start again."""
    GONE = "gone"
    """Its pod is gone."""
    UNREACHABLE = "unreachable"
    """Its machine or the cluster does not answer; it is tried again."""
    DENIED = "denied"
    """The cluster does not let the caller read it."""
    LOST = "lost"
    """That run's log is not there any more."""
    OVER = "over"
    """The caller may not read it any more: the stream ends."""


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line: of which pod and container, when (RFC 3339 as the kubelet wrote it; empty: the rest
    of a very long line), and its text."""

    pod: str
    container: str
    at: str
    text: str


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event; without pod it is about the whole stream."""

    event: Event
    pod: str = ""
    container: str = ""
    text: str = ""


LOST: Final = b"unable to retrieve container logs for "
"""How a kubelet begins the whole answer, with 200, where the runtime has removed the log."""
_ENCODER = msgspec.json.Encoder()


def encoded(one: Line | Told) -> bytes:
    """As a line of the stream."""
    return _ENCODER.encode(one) + b"\n"


def read_line(pod: str, container: str, raw: bytes) -> Line:
    """A line with its time stamp, as the API server gives them; bytes that are no text are shown as
    the sign for that."""
    stamp, space, rest = raw.partition(b" ")
    if not space or not _is_stamp(stamp):
        return Line(pod, container, "", raw.decode(errors="replace"))
    return Line(pod, container, stamp.decode(), rest.decode(errors="replace").rstrip("\r"))


def _is_stamp(stamp: bytes) -> bool:
    return 20 <= len(stamp) <= 40 and stamp[4:5] == b"-" and stamp[10:11] == b"T"
