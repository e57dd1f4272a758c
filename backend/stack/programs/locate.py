"""Looking for a program on PATH and in the cache."""

import asyncio
import hashlib
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from backend.stack.programs.spec import Program, parse_version
from integrations.environment import minimal_environment

VERSION_LIMIT = 10.0
"""Seconds a program may take to say its version."""


@dataclass(frozen=True, slots=True)
class LocatedProgram:
    """A program that can be used: where it is, its version, where it came from."""

    path: Path
    version: str
    origin: str


async def ask_version(program: Program, path: Path) -> str | None:
    """Run the program for its version; None when it does not answer as itself."""
    try:
        process = await asyncio.create_subprocess_exec(
            str(path),
            *program.version_argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=minimal_environment(),
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(VERSION_LIMIT):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return None
    return output.decode("utf-8", "replace") if process.returncode == 0 else None


def cached_path(program: Program, cache: Path) -> Path:
    """Give the place in the cache, named after everything the build depends on."""
    digest = hashlib.sha256()
    for name in ("go.mod", "go.sum"):
        digest.update((program.module_folder / name).read_bytes())
    built_with_c = ("cgo",) if program.cgo else ()
    digest.update("\n".join((program.package, *program.stamps, *built_with_c)).encode())
    target = f"{platform.system()}-{platform.machine()}".lower()
    folder = f"{program.version}-{target}-{digest.hexdigest()[:12]}"
    return cache / "programs" / program.name / folder / program.name


async def locate(program: Program, cache: Path) -> LocatedProgram | None:
    """Find a good one: on PATH with an acceptable version, else in the cache."""
    on_path = shutil.which(program.name)
    if on_path:
        output = await ask_version(program, Path(on_path))
        if output is not None and program.good(output):
            version = parse_version(output) or program.pinned
            return LocatedProgram(Path(on_path), ".".join(map(str, version)), "PATH")
    cached = cached_path(program, cache)
    if cached.exists():
        return LocatedProgram(cached, program.version, "cache")
    return None
