"""The supervisor: brings the whole stack up, keeps it up, takes it down."""

import asyncio
import contextlib
import fcntl
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import IO

import httpx2
import structlog

from backend.stack.components.context import MEMBERS, Context, preferred_ports
from backend.stack.components.etcd_move import Mover, must_move
from backend.stack.components.kubernetes import write_admin_kubeconfig
from backend.stack.connections import publish
from backend.stack.errors import AlreadyRunning, ComponentFailed, ProgramUnavailable, StackError
from backend.stack.nodes import fleet, metrics
from backend.stack.nodes.join import retire
from backend.stack.nodes.parts import node_parts, stop_order
from backend.stack.nodes.plan import FleetPlan
from backend.stack.nodes.seed import demo_seed
from backend.stack.options import StackOptions
from backend.stack.parts import API, PARTS, TOOLS, StackPart, script
from backend.stack.paths import StackPaths
from backend.stack.ports import PortBook
from backend.stack.process.records import RecordFile, clean_leftovers
from backend.stack.process.service import SupervisedProcess
from backend.stack.programs.locate import LocatedProgram
from backend.stack.programs.provide import Programs
from backend.stack.programs.spec import ALL, CORE, ETCD, Program
from backend.stack.seed import SEEDS, Seed
from backend.stack.seed.kube_api import KubeApi
from backend.stack.seed.rbac import grant_cluster, keep_granting
from backend.stack.status import ComponentState, StackStatus, StatusBoard

RETRY_POLL = 0.5
"""Seconds between looks at what is to be tried again."""

_log = structlog.get_logger("craton.stack")


class Stack:
    """The local stack of one data directory."""

    def __init__(self, home: Path, options: StackOptions | None = None) -> None:
        self.paths = StackPaths(home.resolve())
        self.options = options or StackOptions.from_environment()
        self._board = StatusBoard(self.paths.status)
        self._programs = Programs(self.options.cache)
        self._ready: dict[str, asyncio.Event] = {}
        self._retry: dict[str, asyncio.Event] = {}
        self._etcd_settled = asyncio.Event()
        self._etcd_problem = ""
        self._granted: set[str] = set()
        self._parts: tuple[StackPart, ...] = PARTS
        self._fleet: FleetPlan | None = None

    def status(self) -> StackStatus:
        """Give the present status (the same as in the status file)."""
        return self._board.status()

    async def run(self, stop: asyncio.Event) -> None:
        """Run the stack until `stop` is set; everything started is stopped again.

        A component that cannot be had or gives up is shown as failed, the rest
        goes on. AlreadyRunning when another supervisor has this directory.
        """
        self.paths.prepare()
        with _sole_supervisor(self.paths):
            clean_leftovers(self.paths.run)
            await asyncio.to_thread(fleet.clean, self.paths)
            context = self._lay_out()
            await self._plan_real_nodes(context)
            self._announce(context)
            writer = asyncio.create_task(self._board.keep_writing())
            try:
                await self._run_until(stop, context)
            finally:
                await asyncio.to_thread(fleet.clean, self.paths)
                writer.cancel()
                self._board.connections = type(self._board.connections)()
                self._board.write()

    def _lay_out(self) -> Context:
        book = PortBook(self.paths.ports)
        self._moved = book
        ports = book.choose(preferred_ports(self.paths.home, known=self.options.known_ports))
        context = Context.create(self.paths, self.options, ports)
        write_admin_kubeconfig(context)
        return context

    def _announce(self, context: Context) -> None:
        for part in self._parts:
            self._board.add(part.name, part.kind, part.title, self.paths.logs / f"{part.name}.log")
            if part.name in context.ports:
                self._board.update(part.name, endpoint=context.url(part.name, part.scheme))
            for program in part.programs:
                self._watch_build(program, part.name)
            self._ready[part.name] = asyncio.Event()
        for program, name in TOOLS:
            self._board.add(name, "tool", name)
            self._watch_build(program, name)
        for seed in self._seeds():
            self._board.add(seed.name, "seed", seed.title)

    def _seeds(self) -> tuple[Seed, ...]:
        if not self.options.seed:
            return ()
        return (*SEEDS, demo_seed(self._fleet)) if self._fleet else SEEDS

    async def _plan_real_nodes(self, context: Context) -> None:
        """Make the real nodes parts of the stack, or say on the board why there are none; the rest
        works without them."""
        try:
            found = await asyncio.to_thread(fleet.prepare, context)
        except StackError as error:
            found = str(error)
        if isinstance(found, FleetPlan):
            self._fleet = found
            self._parts = (*PARTS, *node_parts(found))
        elif found:
            self._board.add("real-nodes", "node", "Real nodes")
            self._board.update("real-nodes", ComponentState.STOPPED, detail=found)

    def _watch_build(self, program: Program, name: str) -> None:
        def tell(share: float | None, detail: str) -> None:
            self._board.update(name, ComponentState.BUILDING, progress=share, detail=detail)

        self._programs.watch(program, tell)

    async def _run_until(self, stop: asyncio.Event, context: Context) -> None:
        wanted = ALL if self._fleet else CORE
        helpers = [asyncio.create_task(self._programs.provide_all(wanted))]
        helpers.append(asyncio.create_task(self._retire_nodes(context)))
        helpers.append(asyncio.create_task(self._settle_etcd(context)))
        helpers.append(asyncio.create_task(self._hear_retries()))
        helpers += [
            asyncio.create_task(self._kept(name, partial(self._tool, program, name), (program,)))
            for program, name in TOOLS
        ]
        helpers += [
            asyncio.create_task(self._kept(seed.name, partial(self._seed, seed, context)))
            for seed in self._seeds()
        ]
        servers = {
            part.name: asyncio.create_task(
                self._kept(part.name, partial(self._part, part, context), part.programs),
                name=part.name,
            )
            for part in self._parts
        }
        try:
            await stop.wait()
        finally:
            await _cancel(helpers)
            for tier in (*(stop_order(self._fleet) if self._fleet else ()), *_stop_order()):
                await _cancel([servers[name] for name in tier])

    async def _kept(
        self, name: str, attempt: Callable[[], Awaitable[None]], programs: Sequence[Program] = ()
    ) -> None:
        """Attempt it, and again each time somebody asks after it failed; the others go on."""
        asked = self._retry[name] = asyncio.Event()
        while True:
            await attempt()
            await asked.wait()
            asked.clear()
            for program in programs:
                await self._programs.again(program)

    async def _hear_retries(self) -> None:
        """Take what `craton stack retry` leaves; only what failed is tried again. A full disk does
        not end it: that is what one tries again for."""
        for left in self.paths.retries.iterdir():
            left.unlink(missing_ok=True)
        while True:
            await asyncio.sleep(RETRY_POLL)
            try:
                for left in self.paths.retries.iterdir():
                    self._take(left)
            except OSError as error:
                _log.warning("what is to be tried again cannot be read", why=str(error))

    def _take(self, left: Path) -> None:
        """Try again what the mark names. It goes once the status says so, or cannot: who left it
        waits for that."""
        try:
            asked = self._retry.get(left.name)
            if asked is not None and self._board[left.name].state is ComponentState.FAILED:
                self._board.update(left.name, ComponentState.WAITING, detail="tried again")
                asked.set()
                self._board.write()
        finally:
            left.unlink(missing_ok=True)

    async def _settle_etcd(self, context: Context) -> None:
        """Let the members start, after moving them when their peer ports changed."""
        try:
            if must_move(context, set(self._moved.moved)):
                found = await self._programs.get(ETCD)
                await Mover(context, found, self._board).move()
        except (StackError, OSError, TimeoutError) as error:
            self._etcd_problem = f"could not be moved to other peer ports: {error or 'too slow'}"
        finally:
            self._etcd_settled.set()

    async def _found(self, program: Program, name: str) -> LocatedProgram | None:
        try:
            found = await self._programs.get(program)
        except ProgramUnavailable as error:
            self._fail(name, str(error))
            return None
        self._board.update(name, version=found.version, progress=None, detail=found.origin)
        return found

    def _fail(self, name: str, reason: str) -> None:
        self._board.update(name, ComponentState.FAILED)
        self._board.update(name, reason=reason, detail="", pid=None)

    async def _tool(self, program: Program, name: str) -> None:
        found = await self._found(program, name)
        if found:
            self._board.update(name, ComponentState.READY, endpoint=str(found.path))

    async def _retire_nodes(self, context: Context) -> None:
        """Forget the real nodes of an earlier start that this one does not have, and their
        metrics."""
        await self._ready[API].wait()
        kept = {node.name for node in self._fleet.nodes} if self._fleet else set()
        try:
            await retire(context, kept)
            if not self._fleet:
                await metrics.withdraw(context)
        except (StackError, httpx2.HTTPError) as error:
            _log.warning("what an earlier start had stays in the cluster", why=str(error))

    async def _programs_of(self, part: StackPart, context: Context) -> LocatedProgram | None:
        """Have everything the part runs; None when something cannot be had: the board says why."""
        for tool in part.tools:
            found = await self._found(tool, part.name)
            if found is None:
                return None
            context.located[tool.name] = found
        if part.program is None:
            self._board.update(part.name, version=None, progress=None, detail="")
            return script()
        return await self._found(part.program, part.name)

    async def _part(self, part: StackPart, context: Context) -> None:
        found = await self._programs_of(part, context)
        if found is None:
            return
        if self._board[part.name].state is ComponentState.BUILDING:
            self._board.update(part.name, ComponentState.WAITING)
        for need in part.needs:
            self._board.update(part.name, detail=f"waiting for {need}")
            await self._ready[need].wait()
        if part.name in MEMBERS:
            await self._etcd_settled.wait()
            if self._etcd_problem:
                self._fail(part.name, self._etcd_problem)
                return
        try:
            await self._serve(part, context, found)
        except ComponentFailed as error:
            self._fail(part.name, str(error))
        except Exception as error:  # noqa: BLE001 - the other components go on, this one says why
            self._fail(part.name, f"could not be started: {error!r}")

    async def _serve(self, part: StackPart, context: Context, program: LocatedProgram) -> None:
        record = RecordFile(self.paths.run / f"{part.name}.json")
        spec = part.describe(context, program)
        service = SupervisedProcess(spec, self._board, record, lambda: self._open(part, context))
        helpers = []
        if part.name == API:
            helpers.append(asyncio.create_task(self._keep_granting(service, context)))
        try:
            await service.run()
        finally:
            await _cancel(helpers)

    async def _open(self, part: StackPart, context: Context) -> str:
        """Let the parts that need this one start, and list its connection: whoever reads that all
        is ready finds every connection too. Gives what there is to say about it."""
        name, detail = part.name, ""
        if part.opening:
            detail = await part.opening(context)
        self._ready[name].set()
        if name == API:
            detail = await self._grant(context)
        publish(self._board, context, name)
        moved = self._moved.moved.get(name)
        if moved and not detail:
            detail = f"uses port {moved[1]}: port {moved[0]} is taken by another program"
        return detail

    async def _grant(self, context: Context) -> str:
        """Give the console's users their rights in the cluster before anybody is told of it; give
        why they have none. Once: what somebody takes away must not come back by itself when the
        API server was silent for a moment."""
        if self._granted:
            return ""
        try:
            async with KubeApi(context) as api:
                await grant_cluster(api, self._granted)
        except (StackError, httpx2.HTTPError) as error:
            return f"users of the console have no rights in the cluster yet: {error}"
        return ""

    async def _keep_granting(self, service: SupervisedProcess, context: Context) -> None:
        await service.ready.wait()
        await keep_granting(context, self._granted)

    async def _seed(self, seed: Seed, context: Context) -> None:
        for need in seed.needs:
            self._board.update(seed.name, detail=f"waiting for {need}")
            await self._ready[need].wait()
        self._board.update(seed.name, ComponentState.STARTING, detail="")

        def tell(share: float | None, detail: str) -> None:
            self._board.update(seed.name, progress=share, detail=detail)

        try:
            await seed.run(context, tell)
        except Exception as error:  # noqa: BLE001 - without its data the stack still works
            self._fail(seed.name, f"{type(error).__name__}: {error}")
        else:
            self._board.update(seed.name, ComponentState.READY, detail="")
            if seed.keep:
                await seed.keep(context)


def _stop_order() -> list[list[str]]:
    """Give tiers of names: those others need are stopped after them."""
    api = [part.name for part in PARTS if API in part.needs]
    rest = [part.name for part in PARTS if part.name not in (*api, API)]
    return [api, [API], rest]


async def _cancel(tasks: list["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.contextmanager
def _sole_supervisor(paths: StackPaths) -> Iterator[IO[str]]:
    with paths.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(f"the stack in {paths.root} is already running") from error
        record = RecordFile(paths.supervisor)
        record.write(os.getpid())
        try:
            yield lock
        finally:
            record.remove()
