"""Supervision of real processes: small shell scripts."""

import asyncio
import os
import signal
import subprocess
import time

import psutil
import pytest

from backend.stack.errors import ComponentFailed
from backend.stack.process import service as module
from backend.stack.process.backoff import Restarts
from backend.stack.process.records import ProcessRecord, RecordFile, clean_leftovers
from backend.stack.process.service import ProcessSpec, SupervisedProcess
from backend.stack.status import WRITE_INTERVAL, ComponentState, StatusBoard
from tests.waiting import until


@pytest.fixture
def board(tmp_path):
    board = StatusBoard(tmp_path / "status.json")
    board.add("thing", "test", "A thing")
    return board


def make(tmp_path, board, shell, check=None, opening=None, **more):
    async def yes() -> bool:
        return True

    spec = ProcessSpec(
        "thing", ["/bin/sh", "-c", shell], tmp_path / "thing.log", check or yes, **more
    )
    record = RecordFile(tmp_path / "thing.json")
    return SupervisedProcess(spec, board, record, *([opening] if opening else []))


async def end(task):
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_start_ready_stop(tmp_path, board):
    async def said_something() -> bool:
        return "yes" in (tmp_path / "thing.log").read_text()

    shell = "echo hello; echo $SET; exec sleep 60"
    service = make(tmp_path, board, shell, said_something, env={"SET": "yes"})
    task = asyncio.create_task(service.run())
    async with asyncio.timeout(60):
        await service.ready.wait()
    pid = board["thing"].pid
    assert board["thing"].state is ComponentState.READY
    assert RecordFile(tmp_path / "thing.json").read() == ProcessRecord.of(pid)
    assert os.getpgid(pid) == pid
    await end(task)
    assert not psutil.pid_exists(pid)
    assert board["thing"].state is ComponentState.STOPPED
    assert not (tmp_path / "thing.json").exists()
    assert (tmp_path / "thing.log").read_text() == "hello\nyes\n"


async def test_nobody_is_told_of_it_before_it_is_open(tmp_path, board):
    """Whoever reads "ready" goes on to use the connection, which the opening lists."""
    asked, may = asyncio.Event(), asyncio.Event()

    async def opening() -> str:
        asked.set()
        await may.wait()
        return "opened"

    task = asyncio.create_task(make(tmp_path, board, "exec sleep 60", opening=opening).run())
    async with asyncio.timeout(60):
        await asked.wait()
    assert board["thing"].state is ComponentState.STARTING
    may.set()
    await until(lambda: board["thing"].state is ComponentState.READY)
    assert board["thing"].detail == "opened"
    await end(task)


async def test_an_opening_that_fails_is_told_and_the_component_runs(tmp_path, board):
    async def opening() -> str:
        raise OSError("no such file")

    task = asyncio.create_task(make(tmp_path, board, "exec sleep 60", opening=opening).run())
    await until(lambda: board["thing"].state is ComponentState.READY)
    assert board["thing"].detail == "OSError: no such file"
    await end(task)


async def test_a_check_that_ends_with_its_process_hides_no_death(tmp_path, board):
    """A killed process breaks the check's connection in the very turn its end is seen in."""
    dead = asyncio.Event()

    async def check() -> bool:
        await dead.wait()
        raise ConnectionResetError

    class Dying:
        async def wait(self) -> int:
            await asyncio.sleep(0)
            asyncio.get_running_loop().call_later(0.05, dead.set)
            await asyncio.sleep(0)
            await dead.wait()
            return -9

    service = make(tmp_path, board, "exit 1", check)
    service._process = Dying()
    living = asyncio.create_task(service._live())
    done, _ = await asyncio.wait({living}, timeout=60)
    assert done, "the death was not noticed"
    assert await living == -9


async def test_a_killed_one_is_started_again(tmp_path, board):
    service = make(tmp_path, board, "exec sleep 60")
    task = asyncio.create_task(service.run())
    async with asyncio.timeout(60):
        await service.ready.wait()
    first = board["thing"].pid
    os.kill(first, signal.SIGKILL)
    await until(lambda: board["thing"].state is ComponentState.RESTARTING)
    assert board["thing"].detail == "ended by signal 9, starting again in 0.5 s"
    await until(lambda: board["thing"].state is ComponentState.READY)
    assert board["thing"].pid != first
    assert board["thing"].restarts == 1
    await end(task)


async def test_it_gives_up_and_says_what_the_log_said(tmp_path, board):
    service = make(tmp_path, board, "echo no such file: settings; exit 3")
    service._restarts = Restarts(first=0.01, limit=2)
    with pytest.raises(ComponentFailed, match=r"ended with code 3, 2 times in a row: .*settings"):
        await service.run()
    assert not (tmp_path / "thing.json").exists()


async def test_one_that_never_gets_ready_is_ended(tmp_path, board):
    async def no() -> bool:
        raise OSError("refused")

    service = make(tmp_path, board, "exec sleep 60", no, start_limit=0.2)
    service._restarts = Restarts(first=0.01, limit=1)
    with pytest.raises(ComponentFailed, match="ended by signal 9"):
        await service.run()


async def test_losing_and_finding_readiness_is_shown(tmp_path, board, monkeypatch):
    monkeypatch.setattr(module, "WATCH_INTERVAL", 0.05)
    answers = True

    async def check() -> bool:
        return answers

    service = make(tmp_path, board, "exec sleep 60", check)
    task = asyncio.create_task(service.run())
    async with asyncio.timeout(60):
        await service.ready.wait()
    answers = False
    await until(lambda: board["thing"].state is ComponentState.UNRESPONSIVE)
    assert "does not answer" in board["thing"].detail
    answers = True
    await until(lambda: board["thing"].state is ComponentState.READY)
    assert board["thing"].restarts == 0
    await end(task)


async def test_a_stubborn_one_is_killed(tmp_path, board):
    service = make(tmp_path, board, "trap '' TERM; while :; do sleep 1; done", stop_patience=0.3)
    task = asyncio.create_task(service.run())
    async with asyncio.timeout(60):
        await service.ready.wait()
    pid = board["thing"].pid
    await end(task)
    assert not psutil.pid_exists(pid)


def test_leftovers_of_a_crash_are_ended_but_nobody_else(tmp_path):
    argv = ("/bin/sleep", "60")
    ours = subprocess.Popen(argv, start_new_session=True)
    other = subprocess.Popen(argv, start_new_session=True)
    RecordFile(tmp_path / "ours.json").write(ours.pid)
    (tmp_path / "reused.json").write_text(f'{{"pid": {other.pid}, "started": 12345.0}}')
    (tmp_path / "broken.json").write_text("{")
    assert clean_leftovers(tmp_path) == ["ours"]
    assert not psutil.pid_exists(ours.pid)
    assert other.poll() is None
    assert list(tmp_path.iterdir()) == []
    other.kill()
    other.wait()
    ours.wait()


async def test_the_status_is_written_at_most_twice_a_second(tmp_path, board, monkeypatch):
    writes = []
    monkeypatch.setattr(StatusBoard, "write", lambda self: writes.append(self.status()))
    writer = asyncio.create_task(board.keep_writing())
    began = time.monotonic()
    for number in range(60):
        board.update("thing", progress=number / 60)
        await asyncio.sleep(0.01)
    await until(lambda: writes and writes[-1].components[0].progress == 59 / 60)
    await end(writer)
    assert 2 <= len(writes) <= (time.monotonic() - began) / WRITE_INTERVAL + 1
    assert writes[-1].components[0].progress == 59 / 60
