"""What a page will need, told with the page itself (RFC 8288, `Link`).

The build writes down which scripts and style sheets each page consists of and which answers it
asks for first (`frontend/build/hints.ts`). The browser then fetches all of it at once, instead
of finding one after the other: a script, in it the page's own script, in that one the question.
"""

from __future__ import annotations

from collections.abc import Container
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

__all__ = ["PageHints", "link_header", "read_hints"]

FILE: Final = "hints.json"


class PageHints(msgspec.Struct, frozen=True):
    """One page: its pattern as the browser's router has it, and what it needs."""

    path: str
    scripts: list[str]
    styles: list[str]
    answers: list[str]
    """Addresses below ``/api/v1/``."""
    rows: int = 0
    """How many rows of the table its address ends with, in the order of that table; 0: it is not
    opened for one."""

    def matches(self, address: str) -> bool:
        """Whether the page is at `address`: ``$x`` is any segment, ``{-$x}`` may be missing."""
        pattern, given = _segments(self.path), _segments(address)
        least = len(pattern) - sum(part.startswith("{-$") for part in pattern)
        if not least <= len(given) <= len(pattern):
            return False
        return all(
            "$" in part or part == value for part, value in zip(pattern, given, strict=False)
        )


def read_hints(folder: Path) -> tuple[PageHints, ...]:
    """The hints of the build in `folder`; none where it has none or cannot be read."""
    file = folder / FILE
    try:
        return _read(file, file.stat().st_mtime_ns)
    except (OSError, msgspec.MsgspecError):
        return ()


@lru_cache(maxsize=4)
def _read(file: Path, _written: int) -> tuple[PageHints, ...]:
    return tuple(msgspec.json.decode(file.read_bytes(), type=list[PageHints]))


def link_header(
    hints: tuple[PageHints, ...],
    address: str,
    prefix: str = "",
    *,
    signed_in: bool,
    tables: Container[str] = (),
) -> str | None:
    """The `Link` header of the page at `address`; answers only for who may get them. The console
    is below `prefix`; the first rows are told of one of the `tables`."""
    page = next((page for page in hints if page.matches(address)), None)
    if page is None:
        return None
    links = [f"<{prefix}{name}>; rel=modulepreload" for name in page.scripts]
    links += [f"<{prefix}{name}>; rel=preload; as=style; crossorigin" for name in page.styles]
    if signed_in:
        links += [
            f"<{prefix}/api/v1/{name}>; rel=preload; as=fetch; crossorigin"
            for name in (*page.answers, *_rows(page, address, tables))
        ]
    return ", ".join(links) or None


def _rows(page: PageHints, address: str, tables: Container[str]) -> list[str]:
    """What the table of a page asks for while its socket is still on the way, letter by letter
    (`frontend/src/live/firstRows.ts`)."""
    table = (_segments(address) or [""])[-1]
    return [f"collections/{table}?limit={page.rows}"] if page.rows and table in tables else []


def _segments(path: str) -> list[str]:
    return [part for part in path.split("/") if part]
