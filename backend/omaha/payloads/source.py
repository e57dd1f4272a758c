"""Where a release is imported from: a directory on this machine, or a mirror over HTTP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

import anyio
import httpx2

from backend.omaha.payloads.digest import READ_SIZE
from backend.omaha.payloads.errors import PayloadRefused, SourceFailed
from backend.omaha.payloads.names import check_name

MAX_SMALL: Final = 4 << 20
"""Bytes of a checksum, signature, index or release description."""

_HREF: Final = re.compile(r'href="(?:\./)?([^"/?#]{1,200})"')


class ReleaseSource(Protocol):
    """Files of one release directory, by plain name. Errors are `SourceFailed`."""

    @property
    def title(self) -> str:
        """The source in words, for messages."""

    async def names(self) -> frozenset[str]:
        """Names in the directory, as far as the source tells them."""

    async def small(self, name: str) -> bytes | None:
        """The whole of a small file; None when it does not exist."""

    async def size(self, name: str) -> int | None:
        """Bytes of the file; None when it does not exist."""

    def stream(self, name: str, offset: int = 0) -> AsyncIterator[bytes]:
        """The file's bytes from `offset` on."""


@dataclass(frozen=True, slots=True)
class DirectorySource:
    """A directory that holds the files of one release for one board."""

    folder: Path

    @property
    def title(self) -> str:
        """The path as given."""
        return str(self.folder)

    async def names(self) -> frozenset[str]:
        """All regular files directly in the directory."""
        return await anyio.to_thread.run_sync(self._names)

    async def small(self, name: str) -> bytes | None:
        """The file's bytes, at most `MAX_SMALL`."""
        size = await self.size(name)
        if size is None:
            return None
        if size > MAX_SMALL:
            raise SourceFailed(f"{self.folder / name} is too large for what it should be.")
        return await anyio.Path(self._file(name)).read_bytes()

    async def size(self, name: str) -> int | None:
        """From the file system."""
        path = anyio.Path(self._file(name))
        return (await path.stat()).st_size if await path.is_file() else None

    async def stream(self, name: str, offset: int = 0) -> AsyncIterator[bytes]:
        """Read in pieces."""
        async with await anyio.open_file(self._file(name), "rb") as file:
            await file.seek(offset)
            while chunk := await file.read(READ_SIZE):
                yield chunk

    def _names(self) -> frozenset[str]:
        try:
            return frozenset(p.name for p in self.folder.iterdir() if p.is_file())
        except OSError as error:
            raise SourceFailed(f"{self.folder} cannot be read: {error.strerror}.") from None

    def _file(self, name: str) -> Path:
        path = self.folder / check_name(name)
        if path.is_symlink() and self.folder.resolve() not in path.resolve().parents:
            raise SourceFailed(f"{path} points out of the directory.")
        return path


@dataclass(frozen=True, slots=True)
class MirrorSource:
    """A release directory below `base` (ends with ``/``). Redirects are not followed: the
    operator chose this host, and nobody else chooses another."""

    http: httpx2.AsyncClient
    base: str
    deadline: float = 30.0

    @property
    def title(self) -> str:
        """The URL."""
        return self.base

    async def names(self) -> frozenset[str]:
        """Links of the directory's index page; nothing when the mirror shows none."""
        page = await self._get("")
        return frozenset(_HREF.findall(page.decode("utf-8", "replace"))) if page else frozenset()

    async def small(self, name: str) -> bytes | None:
        """The file's bytes, at most `MAX_SMALL`."""
        return await self._get(check_name(name))

    async def size(self, name: str) -> int | None:
        """From Content-Length of a HEAD request."""
        try:
            answer = await self.http.request(
                "HEAD", self.base + check_name(name), timeout=self.deadline
            )
        except httpx2.HTTPError as error:
            raise _unreachable(self.base, error) from None
        if not self._exists(answer, name):
            return None
        length = answer.headers.get("content-length", "")
        if not length.isdigit():
            raise SourceFailed(f"{self.base}{name} does not tell its size (Content-Length).")
        return int(length)

    async def stream(self, name: str, offset: int = 0) -> AsyncIterator[bytes]:
        """Download without content coding: the checksum is of the bytes as stored. From a
        mirror that ignores ranges the bytes before `offset` are read and dropped."""
        url = self.base + check_name(name)
        headers = {"Accept-Encoding": "identity"}
        if offset:
            headers["Range"] = f"bytes={offset}-"
        try:
            async with self.http.stream(
                "GET", url, headers=headers, timeout=self.deadline
            ) as answer:
                if not self._exists(answer, name, partial=offset > 0):
                    raise SourceFailed(f"{url} does not exist.")
                skip = _to_skip(answer, url, offset)
                async for chunk in answer.aiter_raw():
                    if skip < len(chunk):
                        yield chunk[skip:]
                    skip = max(skip - len(chunk), 0)
        except httpx2.HTTPError as error:
            raise _unreachable(url, error) from None

    async def _get(self, name: str) -> bytes | None:
        held = bytearray()
        try:
            async with (
                asyncio.timeout(self.deadline),
                self.http.stream("GET", self.base + name) as answer,
            ):
                if not self._exists(answer, name):
                    return None
                async for chunk in answer.aiter_bytes():
                    held += chunk
                    if len(held) > MAX_SMALL:
                        raise SourceFailed(f"{self.base}{name} is too large for what it should be.")
        except (httpx2.HTTPError, TimeoutError) as error:
            raise _unreachable(self.base + name, error) from None
        return bytes(held)

    def _exists(self, answer: httpx2.Response, name: str, *, partial: bool = False) -> bool:
        if answer.status_code in {403, 404, 410}:
            return False
        if answer.status_code != 200 and not (partial and answer.status_code == 206):
            raise SourceFailed(f"{self.base}{name} answered {answer.status_code}.")
        return True


def _to_skip(answer: httpx2.Response, url: str, offset: int) -> int:
    """Bytes at the answer's beginning that were not asked for."""
    if answer.status_code == 200:
        return offset
    if not answer.headers.get("content-range", "").startswith(f"bytes {offset}-"):
        raise SourceFailed(f"{url} answered with another range than the one asked for.")
    return 0


def mirror_url(base: str, board: str, version: str) -> str:
    """``<base>/<board>/<version>/``; `PayloadRefused` unless `base` is a plain http(s) URL."""
    parts = urlsplit(base)
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
        raise PayloadRefused(
            "The mirror must be an http or https URL without user, query and fragment.",
            field="mirror",
        )
    return f"{base.rstrip('/')}/{check_name(board)}/{check_name(version)}/"


def _unreachable(url: str, error: Exception) -> SourceFailed:
    kind = "in time" if isinstance(error, TimeoutError | httpx2.TimeoutException) else "at all"
    return SourceFailed(f"{url} did not answer {kind} ({type(error).__name__}).")
