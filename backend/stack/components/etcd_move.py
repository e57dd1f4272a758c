"""Moving the operators' etcd to other peer ports without losing its data.

etcd keeps the peer addresses of its members in its data. When a port was taken
by another program, the members would look for each other in the wrong place.
So one member, the one written to last, is started as a cluster of its own,
told its new address, and the others join it again, empty, one by one.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from backend.stack.components import etcd
from backend.stack.components.context import MEMBERS, Context
from backend.stack.components.etcd_gateway import EtcdGateway
from backend.stack.process.records import RecordFile
from backend.stack.process.service import ProcessSpec, SupervisedProcess
from backend.stack.programs.locate import LocatedProgram
from backend.stack.status import ComponentState, StatusBoard

READY_LIMIT = 60.0
JOIN_TRIES = 60
"""A cluster accepts the next member only after some seconds of health."""


def _marker(context: Context) -> Path:
    return context.paths.conf / "etcd-moving"


def _has_data(context: Context, name: str) -> bool:
    return (context.paths.data(name) / "member").exists()


def must_move(context: Context, moved: set[str]) -> bool:
    """Tell whether peer ports of existing members changed, now or in an interrupted move."""
    peers = {f"{member}-peer" for member in MEMBERS}
    anything = any(_has_data(context, member) for member in MEMBERS)
    return anything and (_marker(context).exists() or bool(peers & moved))


def _last_written(context: Context) -> str:
    def newest(member: str) -> float:
        folder = context.paths.data(member) / "member"
        return max((path.stat().st_mtime for path in folder.rglob("*")), default=0.0)

    return max(MEMBERS, key=newest)


class Mover:
    """Runs members for the time of the move; on the board they are starting meanwhile."""

    def __init__(self, context: Context, program: LocatedProgram, board: StatusBoard) -> None:
        self._context = context
        self._program = program
        self._board = board
        self._own_board = StatusBoard(context.paths.conf / "etcd-moving.json")

    async def move(self) -> None:
        """Form the cluster again at the new addresses; StackError when it does not work."""
        marker = _marker(self._context)
        if not marker.exists():
            marker.write_text(_last_written(self._context))
        first = marker.read_text()
        async with AsyncExitStack() as running:
            await running.enter_async_context(self._running(first, "--force-new-cluster"))
            gateway = await running.enter_async_context(EtcdGateway(self._context, [first]))
            await self._readdress(gateway, first)
            present = [first]
            for name in (member for member in MEMBERS if member != first):
                present.append(name)
                await self._join(gateway, name, present, running)
        marker.unlink()

    async def _readdress(self, gateway: EtcdGateway, name: str) -> None:
        (member,) = (await gateway.call("cluster/member/list", {}))["members"]
        body = {"ID": member["ID"], "peerURLs": [self._context.url(f"{name}-peer")]}
        await gateway.call("cluster/member/update", body)

    async def _join(
        self, gateway: EtcdGateway, name: str, present: list[str], running: AsyncExitStack
    ) -> None:
        await asyncio.to_thread(shutil.rmtree, self._context.paths.data(name), ignore_errors=True)
        body = {"peerURLs": [self._context.url(f"{name}-peer")]}
        await gateway.call("cluster/member/add", body, tries=JOIN_TRIES)
        cluster = ",".join(f"{member}={self._context.url(f'{member}-peer')}" for member in present)
        flags = (f"--initial-cluster={cluster}", "--initial-cluster-state=existing")
        await running.enter_async_context(self._running(name, *flags))

    @asynccontextmanager
    async def _running(self, name: str, *flags: str) -> AsyncIterator[None]:
        spec = _with_flags(etcd.member(self._context, name, self._program), flags)
        record = RecordFile(self._context.paths.run / f"{name}.json")
        self._own_board.add(name, "etcd", name)
        self._board.update(name, ComponentState.STARTING, detail="moving to other peer ports")
        service = SupervisedProcess(spec, self._own_board, record)
        task = asyncio.create_task(service.run())
        try:
            async with asyncio.timeout(READY_LIMIT):
                await service.ready.wait()
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _with_flags(spec: ProcessSpec, flags: tuple[str, ...]) -> ProcessSpec:
    """Replace flags of the same name, add the others."""
    names = tuple(f"{flag.partition('=')[0]}=" for flag in flags)
    return replace(
        spec, argv=[*(entry for entry in spec.argv if not entry.startswith(names)), *flags]
    )
