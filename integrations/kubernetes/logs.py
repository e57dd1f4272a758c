"""A container's log: read, or followed until its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from integrations.caller import Caller
from integrations.failures import translated
from integrations.kubernetes.client import KubernetesClient
from integrations.kubernetes.kinds import KINDS
from integrations.lines import Lines

__all__ = ["LogQuery", "open_log"]

LINE_BYTES: Final = 256 * 1024
"""Longer lines come in pieces: a log is bytes of the container's choosing."""


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What of the log. `since` is RFC 3339: the server drops its fraction, so a reader that
    resumes skips lines up to the last time it has. A plain read sees the newest file only."""

    container: str
    follow: bool = False
    tail_lines: int | None = None
    since: str = ""
    limit_bytes: int | None = None
    previous: bool = False
    timestamps: bool = True

    def params(self) -> dict[str, str]:
        """As the API server takes them."""
        chosen = {
            "container": self.container,
            "sinceTime": self.since,
            "tailLines": "" if self.tail_lines is None else str(self.tail_lines),
            "limitBytes": "" if self.limit_bytes is None else str(self.limit_bytes),
            "follow": "true" if self.follow else "",
            "previous": "true" if self.previous else "",
            "timestamps": "true" if self.timestamps else "",
        }
        return {name: value for name, value in chosen.items() if value}


@asynccontextmanager
async def open_log(
    client: KubernetesClient, namespace: str, pod: str, query: LogQuery, *, as_: Caller | None
) -> AsyncIterator[AsyncIterator[bytes]]:
    """The lines of a log, without their ends; nothing is held but one chunk.

    A reader that stops reading stops the server (the socket's buffer fills). The end of a
    followed log is clean when the container ends **and** when its node is lost: only the watch
    tells which.
    """
    path = f"{client.object_path(KINDS['pods'], namespace, pod)}/log"
    async with client.api.stream(
        path,
        query.params(),
        accept="text/plain, application/json",
        as_=as_,
        idle=float("inf") if query.follow else None,
        watch=False,
    ) as chunks:
        yield _lines(client.upstream, chunks)


async def _lines(upstream: str, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    lines = Lines(LINE_BYTES, cut=True)
    with translated(upstream):
        async for chunk in chunks:
            for line in lines.feed(chunk):
                yield line
    if rest := lines.rest():
        yield rest
