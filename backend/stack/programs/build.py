"""Building a program from its pinned Go module, with visible progress."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

from backend.stack.causes import cause_of
from backend.stack.errors import ProgramUnavailable
from backend.stack.process import launch
from backend.stack.process.records import signal_group
from backend.stack.programs.gotool import go_environment
from backend.stack.programs.locate import ask_version, cached_path
from backend.stack.programs.spec import Program

Progress = Callable[[float | None, str], None]
"""Told the share done (0 to 1, None when unknown) and what is going on."""

LIST_LIMIT = 600.0
BUILD_LIMIT = 3600.0


async def _lines(
    argv: list[str], folder: Path, stdout: Path, env: Mapping[str, str]
) -> AsyncIterator[str]:
    """Run a command at low priority; yield its stderr lines, raise when it fails."""
    nice = shutil.which("nice")
    if nice:
        argv = [nice, "-n", "10", *argv]
    with stdout.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", launch.__file__, str(os.getpid())),
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.PIPE,
            env=dict(env),
            cwd=folder,
            start_new_session=True,
            limit=1 << 20,
        )
    last: list[str] = []
    try:
        if process.stderr is not None:
            async for raw in process.stderr:
                line = raw.decode("utf-8", "replace").rstrip()
                last = [*last[-49:], line]
                yield line
        code = await process.wait()
    finally:
        if process.returncode is None:
            signal_group(process.pid, signal.SIGKILL)
            await process.wait()
    if code != 0:
        raise ProgramUnavailable(cause_of(last) or f"go ended with code {code} and said nothing")


class Builder:
    """Builds one program in a folder of its own and installs it into the cache."""

    def __init__(self, program: Program, go: str, cache: Path, progress: Progress) -> None:
        self._program = program
        self._go = go
        self._cache = cache
        self._progress = progress
        self._environment = go_environment(cgo=program.cgo)
        self._ldflags = " ".join(["-s", "-w", *(f"-X {stamp}" for stamp in program.stamps)])

    async def build(self) -> Path:
        """Build, check that the result answers with its version, install it atomically."""
        if self._program.cgo and not shutil.which("gcc"):
            raise ProgramUnavailable(
                "It needs a C compiler (Debian: apt-get install gcc libc6-dev)."
            )
        target = cached_path(self._program, self._cache)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".build-", dir=target.parent) as name:
            folder = Path(name)
            for file in ("go.mod", "go.sum"):
                shutil.copyfile(self._program.module_folder / file, folder / file)
            async with asyncio.timeout(LIST_LIMIT):
                total = await self._count(folder)
            built = folder / "out" / self._program.name
            async with asyncio.timeout(BUILD_LIMIT):
                await self._compile(folder, built, total)
            await self._verify(built)
            built.replace(target)
        return target

    def _command(self, verb: str, *options: str) -> list[str]:
        flags = ["-trimpath", f"-ldflags={self._ldflags}", *options]
        return [self._go, verb, *flags, self._program.package]

    async def _count(self, folder: Path) -> int:
        """Download the modules; give the number of packages still to be compiled."""
        modules = sum(
            1 for line in (folder / "go.mod").read_text().splitlines() if line.startswith("\t")
        )
        self._progress(None, "looking at the modules")
        listing, fetched = folder / "stale", 0
        command = self._command("list", "-deps", "-f", "{{if .Stale}}x{{end}}")
        async for line in _lines(command, folder, listing, self._environment):
            if line.startswith("go: downloading"):
                fetched += 1
                share = min(1.0, fetched / max(1, modules)) * 0.1
                self._progress(share, f"downloading modules: {fetched}")
        return listing.read_text().count("x")

    async def _compile(self, folder: Path, built: Path, total: int) -> None:
        built.parent.mkdir()
        done = 0
        self._progress(0.1, f"compiling {total} packages")
        command = self._command("build", "-v", "-o", str(built))
        async for line in _lines(command, folder, folder / "stdout", self._environment):
            if line.startswith("go: "):
                continue
            done = min(done + 1, total)
            detail = f"compiling {done} of {total} packages" if done < total else "linking"
            self._progress(0.1 + 0.9 * done / max(1, total), detail)

    async def _verify(self, built: Path) -> None:
        self._progress(1.0, "checking")
        output = await ask_version(self._program, built)
        if output is None or not self._program.good(output):
            said = "nothing" if output is None else output.strip()[:200]
            raise ProgramUnavailable(f"what was built does not answer as expected: {said}")
