"""Import of a Flatcar release: look at everything first, then fetch what is missing.

`examine` is the dry run: it reads names, sizes, checksums and descriptions and collects every
problem. `fetch` stores the files of a plan without problems. Neither knows the database; the
caller registers the result.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace

import anyio

from backend.omaha.payloads.digest import Digest, digest_file
from backend.omaha.payloads.errors import PayloadRefused
from backend.omaha.payloads.files import PayloadFiles, receive
from backend.omaha.payloads.header import Format
from backend.omaha.payloads.release import (
    MAIN_FILE,
    MAX_EXTRAS,
    SIGNATURE_SUFFIXES,
    VERSION_FILE,
    Release,
    ReleaseFile,
    check_board,
    hosted_name,
    is_extra,
    parse_checksum,
    parse_releases,
    parse_version_file,
)
from backend.omaha.payloads.source import ReleaseSource


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do. `release` is None when not even the payload was found;
    `present` are SHA-256 digests already in the store; `problems` are sentences."""

    source: str
    release: Release | None
    present: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()

    @property
    def to_fetch(self) -> int:
        """Bytes that would be copied or downloaded."""
        files = self.release.files if self.release else ()
        return sum(file.size for file in files if file.sha256 not in self.present)


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of the release in the store, with both digests and its kept signature."""

    file: ReleaseFile
    digest: Digest
    signature: Digest | None = None


async def examine(
    source: ReleaseSource,
    files: PayloadFiles,
    *,
    version: str,
    board: str,
    extras: Iterable[str] = (),
    releases: str | None = None,
) -> ImportPlan:
    """Read what the source holds for `version` on `board`.

    `extras` are names to insist on beside those the source lists by itself; `releases` is the
    text of a releases-<channel>.json for notes and date. Raises `SourceFailed` when the
    source cannot be reached; everything else is among the plan's problems.
    """
    check_board(board)
    problems: list[str] = []
    await _compare_version(source, version, problems)
    names = await source.names()
    wanted = sorted({*extras, *(name for name in names if is_extra(name))})
    if len(wanted) > MAX_EXTRAS:
        problems.append(f"{len(wanted)} extra files are more than the {MAX_EXTRAS} allowed.")
    main = await _inspect(source, MAIN_FILE, version, board, problems)
    found = [await _inspect(source, name, version, board, problems) for name in wanted[:MAX_EXTRAS]]
    if main is None:
        return ImportPlan(source.title, None, problems=tuple(problems))
    release = Release(version, board, main, tuple(file for file in found if file))
    if releases is not None:
        release = _describe(release, releases, problems)
    present = frozenset(file.sha256 for file in release.files if files.has(file.sha256))
    return ImportPlan(source.title, release, present, tuple(problems))


async def fetch(source: ReleaseSource, files: PayloadFiles, plan: ImportPlan) -> list[Stored]:
    """Store every file of `plan`; those already present are not read again from the source.

    Raises `PayloadRefused` when the plan has problems or bytes differ from their checksum.
    What was stored before a failure stays and is found `present` by the next try.
    """
    if plan.problems or plan.release is None:
        raise PayloadRefused(f"{plan.source}: {' '.join(plan.problems)}", field="release")
    files.check_room(max(file.size for file in plan.release.files), promised=0)
    return [await _store(source, files, file) for file in plan.release.files]


async def _store(source: ReleaseSource, files: PayloadFiles, file: ReleaseFile) -> Stored:
    if files.has(file.sha256):
        read = await anyio.to_thread.run_sync(digest_file, files.path(file.sha256))
        digest = read.digest()
        files.keep(file.sha256)
    else:
        chunks = source.stream(file.original)
        digest = await receive(
            files, chunks, kind=Format.UPDATE, size=file.size, sha256=file.sha256
        )
    if not file.signature:
        return Stored(file, digest)
    text = await source.small(file.signature) or b""
    kept = await receive(files, once(text), kind=Format.RAW, size=len(text))
    return Stored(file, digest, kept)


async def once(data: bytes) -> AsyncIterator[bytes]:
    """A small file that is in memory already, as a stream."""
    yield data


async def _compare_version(source: ReleaseSource, version: str, problems: list[str]) -> None:
    text = await source.small(VERSION_FILE)
    if text is None:
        return
    told = parse_version_file(text.decode("utf-8", "replace")).get("FLATCAR_VERSION")
    if told != version:
        problems.append(f"{VERSION_FILE} is of version {told}, not {version}.")


async def _inspect(
    source: ReleaseSource, original: str, version: str, board: str, problems: list[str]
) -> ReleaseFile | None:
    size = await source.size(original)
    text = await source.small(f"{original}.sha256")
    if size is None or text is None:
        missing = original if size is None else f"{original}.sha256"
        problems.append(f"{source.title} has no {missing}.")
        return None
    try:
        name = hosted_name(board, version, original)
        checksum = parse_checksum(text.decode("utf-8", "replace"), original)
    except PayloadRefused as error:
        problems.append(error.detail)
        return None
    file = ReleaseFile(original, name, size, checksum)
    return replace(file, signature=await _signature(source, original))


async def _signature(source: ReleaseSource, original: str) -> str:
    for suffix in SIGNATURE_SUFFIXES:
        if await source.size(original + suffix):
            return original + suffix
    return ""


def _describe(release: Release, releases: str, problems: list[str]) -> Release:
    try:
        text, date = parse_releases(releases, release.version)
    except PayloadRefused as error:
        problems.append(error.detail)
        return release
    return replace(release, notes=text, released=date)
