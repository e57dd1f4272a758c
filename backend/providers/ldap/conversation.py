"""A conversation with one directory server: prove who asks, and search.

Referrals are not followed, aliases not dereferenced; every search has a limit of entries, of time
and of bytes. Many entries are read on a thread beside the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from auth.ldap.ber import Malformed
from auth.ldap.entries import Entry
from auth.ldap.filters import Filter
from auth.ldap.messages import (
    BIND_ANSWER,
    DONE,
    ENTRY,
    EXTENDED_ANSWER,
    ONLY,
    TREE,
    Answer,
    Result,
    bind_request,
    operation_of,
    paging,
    paging_cookie,
    read,
    read_entry,
    read_result,
    search_request,
    start_tls_request,
    unbind_request,
)
from auth.ldap.problems import Unusable
from auth.ldap.results import BUSY, NOT_THERE, PARTIAL, SUCCESS
from backend.providers.ldap.wire import Wire
from backend.providers.outward import Unreachable

__all__ = ["MOST_ENTRIES", "Conversation", "Found"]

MOST_ENTRIES: Final = 1000
PAGE: Final = 250
SEARCH_SECONDS: Final = 8
_MOST_BYTES: Final = 16 * 1024 * 1024
_ASIDE: Final = 16
"""Frames of a page from which on they are read on a thread."""


@dataclass(slots=True)
class Found:
    """What a search found. `whole` is False where there is more than was told."""

    entries: list[Entry] = field(default_factory=list)
    whole: bool = True


class Conversation:
    """Speaks with `server` over `wire`."""

    def __init__(self, wire: Wire, server: str) -> None:
        self.wire = wire
        self.server = server
        self._number = 0
        self._heard = 0

    async def start_tls(self) -> None:
        """Ask to go on over TLS. Raises `Unreachable` where the server will not."""
        await self.wire.send(start_tls_request(self._next()))
        result = read_result(await self._answer(EXTENDED_ANSWER))
        if result.code != SUCCESS:
            raise Unreachable(f"{self.server} does not begin TLS (result {result.code})")

    async def bind(self, dn: str, password: str) -> Result:
        """What the server says of the name and password. Raises `Unreachable` where it could not
        tell, `ValueError` for an empty one: that is never sent."""
        await self.wire.send(bind_request(self._next(), dn, password))
        result = read_result(await self._answer(BIND_ANSWER))
        if result.code in BUSY:
            raise Unreachable(f"{self.server} could not check a password (result {result.code})")
        return result

    async def search(
        self,
        base: str,
        wanted: Filter,
        attributes: Iterable[str],
        *,
        scope: int = TREE,
        most: int = MOST_ENTRIES,
    ) -> Found:
        """The entries that match, at most `most`, read page by page; none where `ONLY` one is
        asked for that is not there. Raises `Unreachable`, and `Unusable` where it may not be
        searched."""
        names, found, cookie = tuple(attributes), Found(), b""
        while True:
            size = min(PAGE, most + 1 - len(found.entries))
            request = search_request(
                self._next(),
                base,
                scope,
                wanted,
                names,
                size=most + 1,
                seconds=SEARCH_SECONDS,
                controls=(paging(size, cookie),),
            )
            await self.wire.send(request)
            done = await self._page(found)
            result = read_result(done)
            if result.code in NOT_THERE and scope == ONLY:
                return found
            if result.code not in PARTIAL | {SUCCESS}:
                raise self._failed(base, result)
            cookie = paging_cookie(done)
            over = len(found.entries) > most
            if result.code in PARTIAL or over or not cookie:
                found.whole = result.code == SUCCESS and not over
                del found.entries[most:]
                return found

    async def leave(self) -> None:
        """Say good-bye and close."""
        try:
            async with asyncio.timeout(1.0):
                await self.wire.send(unbind_request(self._next()))
        except Exception:  # noqa: BLE001, S110 (it is closed all the same)
            pass
        await self.wire.close()

    async def _page(self, found: Found) -> Answer:
        """Read the entries of one answer into `found`; what ended it."""
        frames: list[bytes] = []
        while True:
            frame = await self._frame()
            operation = operation_of(frame)
            if operation == ENTRY:
                frames.append(frame)
            elif operation in {DONE, EXTENDED_ANSWER}:
                done = self._own(frame, DONE)
                break
        several = len(frames) >= _ASIDE
        read_all = asyncio.to_thread(_entries, frames) if several else None
        found.entries += await read_all if read_all else _entries(frames)
        return done

    async def _answer(self, operation: int) -> Answer:
        return self._own(await self._frame(), operation)

    async def _frame(self) -> bytes:
        frame = await self.wire.frame()
        self._heard += len(frame)
        if self._heard > _MOST_BYTES:
            raise Malformed("it answers more than is read in one conversation")
        return frame

    def _own(self, frame: bytes, operation: int) -> Answer:
        answer = read(frame)
        if answer.number == 0:
            raise Unreachable(f"{self.server} ended the connection")
        if answer.number != self._number or answer.operation != operation:
            raise Malformed("an answer is of another question")
        return answer

    def _failed(self, base: str, result: Result) -> Exception:
        words = f": {result.words}" if result.words else ""
        told = f"{self.server} does not search {base!r} (result {result.code}{words})"
        return Unreachable(told) if result.code in BUSY else Unusable("people_base", told)

    def _next(self) -> int:
        self._number += 1
        return self._number


def _entries(frames: Iterable[bytes]) -> list[Entry]:
    return [read_entry(read(frame)) for frame in frames]
