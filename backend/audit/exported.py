"""A chain as a file of JSON lines, written from the database and verified without it.

Lines, each with its `type`: one ``header``, the ``key``s, every ``checkpoint``, then each
``entry`` with its sequence and hash.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from backend.audit.canonical import FORMAT
from backend.audit.stored import DbSessions, keys, links, statements
from backend.audit.verify import Link, Report, Statement, Verifier

__all__ = [
    "Unreadable",
    "entry_line",
    "export_lines",
    "read_statements",
    "statement_line",
    "verify_file",
]

_MAX_LINE: Final = 1024 * 1024


class Unreadable(Exception):
    """The file is no export; the sentence says why."""


async def export_lines(db_sessions: DbSessions, organisation: str) -> AsyncIterator[str]:
    """The chain of an organisation as it is now, line by line."""
    async with db_sessions() as db:
        public = await keys(db)
        known = await statements(db, organisation)
    cut = max((one.sequence for one in known if one.kind == "cut"), default=0)
    yield _line(type="header", format=FORMAT, organisation=organisation, exported=time.time())
    for name, text in sorted(public.items()):
        yield _line(type="key", id=name, public=text)
    for one in known:
        yield statement_line(one)
    async for piece in links(db_sessions, organisation, cut):
        yield "".join(entry_line(link) for link in piece)


def entry_line(link: Link) -> str:
    """An entry in its place."""
    return _line(type="entry", sequence=link.sequence, hash=link.hash, entry=link.entry)


def statement_line(statement: Statement) -> str:
    """A checkpoint or a cut."""
    return _line(type="checkpoint", **asdict(statement))


def verify_file(
    file: Path, trusted: Mapping[str, str] | None = None, outside: Iterable[Statement] = ()
) -> Report:
    """Verify an export. Without `trusted` keys those of the file itself are believed, and the
    report says so. Blocking. Raises `Broken` and `Unreadable`."""
    organisation, own, known = "", dict[str, str](), list(outside)
    for record in _records(file):
        if record["type"] == "header":
            organisation = record["organisation"]
        elif record["type"] == "key":
            own[record["id"]] = record["public"]
        elif record["type"] == "checkpoint":
            known.append(_statement(record))
    if not organisation:
        raise Unreadable(f"{file} has no header: it is no export of the audit record")
    verifier = Verifier(organisation, own if trusted is None else trusted, known)
    for record in _records(file):
        if record["type"] == "entry":
            verifier.feed(_link(record))
    report = verifier.finish()
    if trusted is None:
        report.notes.append(
            "The keys are the file's own: give those you keep with --key to know who signed it."
        )
    return report


def read_statements(file: Path) -> list[Statement]:
    """The checkpoints in a file of JSON lines, as forwarding sends them. Raises `Unreadable`."""
    return [_statement(record) for record in _records(file) if record["type"] == "checkpoint"]


def _records(file: Path) -> Iterator[dict[str, Any]]:
    try:
        with file.open("rb") as lines:
            number = 0
            while line := lines.readline(_MAX_LINE):
                number += 1
                yield _record(file, number, line)
    except OSError as error:
        raise Unreadable(f"{file} cannot be read: {error.strerror}") from error


def _record(file: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise Unreadable(f"line {number} of {file} is no JSON") from None
    if not isinstance(record, dict) or not isinstance(record.get("type"), str):
        raise Unreadable(f"line {number} of {file} is no line of an export")
    return record


def _statement(record: Mapping[str, Any]) -> Statement:
    names = Statement.__dataclass_fields__
    try:
        return Statement(**{name: record[name] for name in names})
    except KeyError as error:
        raise Unreadable(f"a checkpoint of the file has no {error}") from None


def _link(record: Mapping[str, Any]) -> Link:
    try:
        entry = record["entry"]
        key = entry["key"] if entry else ""
        return Link(int(record["sequence"]), str(record["hash"]), str(key), entry)
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"an entry of the file is not whole: {error}") from None


def _line(**values: Any) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n"
