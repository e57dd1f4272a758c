"""What the local stack needs of the machine, looked at before it starts: each finding in a line,
with what to do about it."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import psutil

from backend.stack.components.context import preferred_ports
from backend.stack.errors import ProgramUnavailable
from backend.stack.finding import Finding
from backend.stack.nodes.allowed import obstacle
from backend.stack.paths import StackPaths, cache_root
from backend.stack.ports import PortBook, is_free
from backend.stack.process.records import RecordFile
from backend.stack.programs.locate import cached_path
from backend.stack.programs.spec import ALL, CORE, Program
from backend.stack.sources import module_proxy, package_index, told

__all__ = ["look"]

_GIB: Final = 1024**3
_BUILD_DISK: Final = 6 * _GIB
_DATA_DISK: Final = _GIB
_MEMORY: Final = 2 * _GIB
_KERNEL: Final = (4, 4)


def look(home: Path) -> Iterator[Finding]:
    """Temporary and cache folders, disk, memory, kernel, programs, and where they come from."""
    if sys.platform != "linux":
        yield Finding("warn", "the local stack is made for Linux", "Connect real clusters instead.")
        return
    cache = cache_root()
    yield _kernel()
    yield _memory()
    # Where Go builds without TMPDIR, whatever Python would choose.
    temporary = Path(os.environ.get("TMPDIR") or "/tmp")  # noqa: S108 (Go's own choice)
    yield _writable("temporary directory", temporary, temporary, "TMPDIR")
    yield _writable("cache of built programs", cache, _existing(cache), "CRATON_CACHE")
    reason = obstacle()
    yield (
        Finding("warn", "no real nodes", reason)
        if reason
        else Finding("ok", "real nodes work here")
    )
    missing = _missing(cache, CORE if reason else ALL)
    yield _programs(missing)
    yield _ports(home)
    yield _room("data", home, _DATA_DISK, "CRATON_HOME")
    if missing:
        yield _room("builds", cache, _BUILD_DISK, "CRATON_CACHE and GOCACHE")
        yield from _reachable(cache)


def _existing(folder: Path) -> Path:
    return next(p for p in (folder, *folder.parents) if p.exists())


def _kernel() -> Finding:
    release = platform.release()
    numbers = [int(part) for part in release.replace("-", ".").split(".")[:2] if part.isdigit()]
    what = f"kernel {release} on {platform.machine()}"
    if tuple(numbers) < _KERNEL:
        return Finding("fail", what, "The servers need Linux 4.4 or newer.")
    if platform.machine() not in {"x86_64", "aarch64"}:
        return Finding("warn", what, "The servers are tried on amd64 and arm64 only.")
    return Finding("ok", what)


def _memory() -> Finding:
    free = psutil.virtual_memory().available
    what = f"{free / _GIB:.1f} GiB of memory available"
    if free < _MEMORY:
        return Finding("warn", what, "The local stack and its builds want 2 GiB.")
    return Finding("ok", what)


def _writable(name: str, folder: Path, place: Path, variable: str) -> Finding:
    """Whether files can be made in `place`, and run."""
    try:
        with tempfile.TemporaryDirectory(dir=place, prefix=".craton-doctor-") as made:
            program = Path(made) / "runs"
            program.write_text("#!/bin/sh\nexit 0\n")
            program.chmod(0o700)
            told(str(program), env={}, limit=10)
    except (OSError, ProgramUnavailable, TimeoutError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return Finding(
            "fail", f"{name} {folder}: {why}", f"Set {variable} to a folder that can be written "
            "and that programs may run from.",
        )  # fmt: skip
    return Finding("ok", f"{name} {folder} can be written")


def _missing(cache: Path, programs: Iterable[Program]) -> list[str]:
    return [
        program.name
        for program in programs
        if shutil.which(program.name) is None and not cached_path(program, cache).exists()
    ]


def _programs(missing: list[str]) -> Finding:
    if missing:
        what = f"programs still to be built: {', '.join(missing)}"
        return Finding("warn", what, "'craton stack build' builds them, which takes a while once.")
    return Finding("ok", "every program of the local stack is there")


def _ports(home: Path) -> Finding:
    """Whether the servers can listen where a start would have them: a port that is taken is
    replaced, which costs whoever wrote the familiar one down."""
    paths = StackPaths(home)
    record = RecordFile(paths.supervisor).read()
    if record is not None and record.process() is not None:
        return Finding("ok", "the local stack runs and holds its ports")
    wanted = PortBook(paths.ports).wanted(preferred_ports(paths.home))
    taken = [f"{port} ({name})" for name, port in wanted.items() if not is_free(port)]
    if taken:
        what = f"ports of the local stack that another program holds: {', '.join(taken)}"
        return Finding("warn", what, "Free ones are taken instead; or end the other program first.")
    return Finding("ok", "every port of the local stack is free")


def _room(what: str, folder: Path, needed: int, variable: str) -> Finding:
    free = shutil.disk_usage(_existing(folder)).free
    said = f"{free / _GIB:.1f} GiB free for {what} in {folder}"
    if free < needed:
        wanted = f"About {needed / _GIB:.0f} GiB are needed; free some, or set {variable}."
        return Finding("fail" if free < needed / 4 else "warn", said, wanted)
    return Finding("ok", said)


def _reachable(cache: Path) -> Iterator[Finding]:
    """Whether what has to be built can be fetched; both are asked at once."""
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda ask: ask(cache), (package_index, module_proxy)))
    yield from filter(None, found)
