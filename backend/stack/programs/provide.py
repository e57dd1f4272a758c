"""Providing every program: find it, else build it, one build at a time."""

import asyncio
import fcntl
import tempfile
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from backend.stack.causes import cause_of
from backend.stack.errors import ProgramUnavailable
from backend.stack.programs.build import Builder, Progress
from backend.stack.programs.gotool import find_go
from backend.stack.programs.locate import LocatedProgram, locate
from backend.stack.programs.spec import Program

LOCK_POLL = 0.5


def _lock_file(cache: Path) -> IO[str]:
    cache.mkdir(parents=True, exist_ok=True)
    return (cache / "build.lock").open("w")


def _check_cache(cache: Path) -> None:
    """Say at once, and not after downloads, that nothing can be kept there."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=cache):
            pass
    except OSError as error:
        raise ProgramUnavailable(
            f"{cache} cannot be written ({error.strerror}): name another folder with CRATON_CACHE."
        ) from error


@asynccontextmanager
async def build_lock(cache: Path, progress: Progress) -> AsyncIterator[None]:
    """Hold the cache's build lock: two processes never build at the same time."""
    with _lock_file(cache) as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                progress(None, "another process is building; waiting for it")
                await asyncio.sleep(LOCK_POLL)
        yield


async def provide(program: Program, cache: Path, progress: Progress) -> LocatedProgram:
    """Find the program or build it; ProgramUnavailable says why neither worked."""
    found = await locate(program, cache)
    if found:
        return found
    _check_cache(cache)
    async with build_lock(cache, progress):
        found = await locate(program, cache)
        if found:
            return found
        go = await find_go(cache)
        try:
            path = await Builder(program, go, cache, progress).build()
        except (OSError, TimeoutError) as error:
            why = cause_of([str(error)]) or type(error).__name__
            raise ProgramUnavailable(f"{program.name} could not be built: {why}") from error
    return LocatedProgram(path, program.version, "built")


class Programs:
    """The programs of one stack, each available as soon as it is there."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._futures: dict[str, asyncio.Future[LocatedProgram]] = {}
        self._progress: dict[str, list[Progress]] = {}

    def watch(self, program: Program, progress: Progress) -> None:
        """Ask to be told about the progress of building a program."""
        self._progress.setdefault(program.name, []).append(progress)

    async def get(self, program: Program) -> LocatedProgram:
        """Wait for a program; ProgramUnavailable when it cannot be had."""
        return await asyncio.shield(self._future(program))

    def _future(self, program: Program) -> asyncio.Future[LocatedProgram]:
        future = self._futures.get(program.name)
        if future is None:
            future = asyncio.get_running_loop().create_future()
            # A program nobody waits for may fail without a warning about an unseen exception.
            future.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._futures[program.name] = future
        return future

    async def provide_all(self, programs: Iterable[Program]) -> None:
        """Provide them: what is there at once, then the rest one build after the other."""
        missing = [
            program
            for program in programs
            if not await self._resolve(program, locate(program, self._cache))
        ]
        for program in missing:
            await self._build(program)

    async def again(self, program: Program) -> None:
        """Try once more to have a program that could not be had."""
        future = self._futures.get(program.name)
        if future and future.done() and not future.cancelled() and future.exception():
            del self._futures[program.name]
            await self._build(program)

    async def _build(self, program: Program) -> None:
        def tell(share: float | None, detail: str) -> None:
            for progress in self._progress.get(program.name, ()):
                progress(share, detail)

        await self._resolve(program, provide(program, self._cache, tell))

    async def _resolve(self, program: Program, attempt: Awaitable[LocatedProgram | None]) -> bool:
        """Settle a program by what an attempt found or raised; False when it found nothing."""
        try:
            found = await attempt
        except ProgramUnavailable as error:
            self._future(program).set_exception(error)
        except Exception as error:  # noqa: BLE001 - nobody may wait for this program for ever
            why = ProgramUnavailable(f"{program.name} cannot be had: {error!r}")
            self._future(program).set_exception(why)
        else:
            if found is None:
                return False
            self._future(program).set_result(found)
        return True
