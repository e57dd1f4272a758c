"""The status file against its schema, and what people are shown."""

import asyncio
import io
import json
import os
import time
from importlib.resources import files

import jsonschema
import msgspec
import psutil
import pytest
from typer.testing import CliRunner

from backend.stack import cli
from backend.stack.cli import app
from backend.stack.parts import PARTS
from backend.stack.paths import StackPaths
from backend.stack.process.records import ProcessRecord, RecordFile
from backend.stack.report import human_status
from backend.stack.stack import Stack, _stop_order
from backend.stack.status import (
    ComponentState,
    LocalEtcd,
    LocalKubernetes,
    StackStatus,
    StatusBoard,
    read_status,
)

SCHEMA = json.loads(files("backend.stack").joinpath("status.schema.json").read_text())


def filled(path) -> StatusBoard:
    board = StatusBoard(path)
    board.add("etcd-1", "etcd", "etcd member 1", path.parent / "etcd-1.log")
    board.add("kwok", "simulation", "Simulated nodes")
    board.update(
        "etcd-1", ComponentState.READY, endpoint="https://127.0.0.1:2379", version="3.7.3", pid=7
    )
    board.update("kwok", ComponentState.BUILDING, progress=0.25, detail="compiling 1 of 4 packages")
    board.connections.kubernetes.append(LocalKubernetes("local", "/home/k"))
    etcd = LocalEtcd("local", ["https://127.0.0.1:2379"], "/ca", "/cert", "/key")
    board.connections.etcd.append(etcd)
    return board


def test_the_schema_is_that_of_the_code():
    generated = json.loads(json.dumps(msgspec.json.schema(StackStatus)))
    assert {key: SCHEMA[key] for key in generated} == generated


def test_the_file_keeps_to_the_schema(tmp_path):
    board = filled(tmp_path / "status.json")
    board.write()
    jsonschema.validate(json.loads((tmp_path / "status.json").read_text()), SCHEMA)
    found = read_status(tmp_path / "status.json")
    assert found.pid == os.getpid()
    assert [entry.name for entry in found.components] == ["etcd-1", "kwok"]


def test_a_new_state_forgets_progress_and_reason(tmp_path):
    board = filled(tmp_path / "status.json")
    since = board["kwok"].since
    board.update("kwok", ComponentState.FAILED)
    board.update("kwok", reason="no network")
    assert board["kwok"].progress is None
    board.update("kwok", ComponentState.STARTING)
    assert board["kwok"].reason is None
    assert board["kwok"].since >= since


def test_a_broken_file_is_no_status(tmp_path):
    (tmp_path / "s").write_text('{"version":')
    assert read_status(tmp_path / "s") is None
    assert read_status(tmp_path / "none") is None


def test_people_get_lines_to_paste(tmp_path):
    out = io.StringIO()
    human_status(filled(tmp_path / "status.json").status(), out)
    text = out.getvalue()
    assert "export KUBECONFIG=/home/k" in text
    assert "etcdctl --endpoints https://127.0.0.1:2379 --cacert /ca --cert /cert" in text
    assert "25%" in text
    titles = [component.title for component in filled(tmp_path / "again").status().components]
    assert all(any(line.startswith(title) for line in text.splitlines()) for title in titles)


def test_the_status_fits_a_terminal_and_says_why_below(tmp_path):
    board = filled(tmp_path / "status.json")
    board.add("registry", "registry", "Image registry")
    board.update("registry", ComponentState.FAILED)
    board.update("registry", reason="The disk is full. Free some. " + "x" * 300)
    board.update("etcd-1", detail="uses port 40001: port 2379 is taken by another " + "y" * 90)
    board.connections.kubernetes.clear()
    board.connections.etcd.clear()
    out = io.StringIO()
    human_status(board.status(), out)
    lines = out.getvalue().splitlines()
    assert max(len(line) for line in lines) <= 80
    assert any(line.startswith("registry failed: The disk is full.") for line in lines)
    assert any("craton stack retry registry" in line for line in lines)
    (member,) = [line for line in lines if line.startswith("etcd member 1")]
    assert " ready " in member
    assert "uses port 40001" in member


def test_what_failed_for_one_reason_is_said_once(tmp_path):
    board = filled(tmp_path / "status.json")
    for name in ("etcd-1", "kwok"):
        board.update(name, ComponentState.FAILED)
        board.update(name, reason="The disk is full.")
    out = io.StringIO()
    human_status(board.status(), out)
    assert "etcd-1, kwok failed: The disk is full." in out.getvalue()
    assert "craton stack retry etcd-1 kwok" in out.getvalue()
    assert out.getvalue().count("The disk is full.") == 1


@pytest.fixture
def paths(tmp_path) -> StackPaths:
    """Of a running stack whose `kwok` has failed."""
    paths = StackPaths(tmp_path.resolve())
    paths.prepare()
    board = filled(paths.status)
    board.update("kwok", ComponentState.FAILED)
    board.write()
    RecordFile(paths.supervisor).write(os.getpid())
    return paths


def test_only_what_failed_is_tried_again(paths, tmp_path, monkeypatch):
    runner = CliRunner()
    refused = runner.invoke(app, ["retry", "etcd-1", "--home", str(tmp_path)])
    assert (refused.exit_code, "etcd-1 is ready" in refused.output) == (1, True)
    assert runner.invoke(app, ["retry", "nothing", "--home", str(tmp_path)]).exit_code == 1
    assert list(paths.retries.iterdir()) == []
    monkeypatch.setattr(cli, "RETRY_LIMIT", 0.0)
    asked = runner.invoke(app, ["retry", "--home", str(tmp_path)])
    assert (asked.exit_code, "not taken it up yet" in asked.output) == (1, True)
    (mark,) = paths.retries.iterdir()
    assert mark.name == "kwok"
    monkeypatch.setattr(cli, "RETRY_LIMIT", 60.0)
    monkeypatch.setattr(time, "sleep", lambda _: mark.unlink())  # the stack takes it up
    asked = runner.invoke(app, ["retry", "--home", str(tmp_path)])
    assert (asked.exit_code, "kwok is tried again" in asked.output) == (0, True)


@pytest.mark.usefixtures("paths")
def test_a_stack_that_ends_while_it_is_asked_tries_nothing_again(tmp_path, monkeypatch):
    monkeypatch.setattr(cli, "RETRY_LIMIT", 60.0)
    lives = iter((psutil.Process(), None))
    monkeypatch.setattr(ProcessRecord, "process", lambda _record: next(lives))
    asked = CliRunner().invoke(app, ["retry", "--home", str(tmp_path)])
    assert (asked.exit_code, "No stack runs any more" in asked.output) == (1, True)


async def test_a_status_that_cannot_be_written_ends_neither_writing_nor_hearing(tmp_path):
    """A directory in its place is refused as a full disk refuses it."""
    stack = Stack(tmp_path.resolve())
    stack.paths.prepare()
    stack.paths.status.mkdir()
    board = stack._board
    board.add("kwok", "simulation", "Simulated nodes")
    asked = stack._retry["kwok"] = asyncio.Event()
    tasks = [asyncio.create_task(board.keep_writing()), asyncio.create_task(stack._hear_retries())]
    await asyncio.sleep(0)  # what was left by an earlier run is gone
    try:
        async with asyncio.timeout(60):
            for _ in range(2):
                board.update("kwok", ComponentState.FAILED)
                (stack.paths.retries / "kwok").touch()
                await asked.wait()
                asked.clear()
            stack.paths.status.rmdir()
            while (found := read_status(stack.paths.status)) is None:
                await asyncio.sleep(0.05)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert found.components[0].detail == "tried again"


def test_status_and_down_without_a_stack(tmp_path):
    runner = CliRunner()
    shown = runner.invoke(app, ["status", "--home", str(tmp_path)])
    assert shown.exit_code == 1
    assert "No stack runs" in shown.output
    ended = runner.invoke(app, ["down", "--home", str(tmp_path)])
    assert ended.exit_code == 0
    assert "no stack runs" in ended.output


def test_status_as_json(tmp_path):
    paths = StackPaths(tmp_path.resolve())
    paths.prepare()
    filled(paths.status).write()
    RecordFile(paths.supervisor).write(os.getpid())
    shown = CliRunner().invoke(app, ["status", "-o", "json", "--home", str(tmp_path)])
    assert shown.exit_code == 0
    jsonschema.validate(json.loads(shown.output), SCHEMA)


def test_what_others_need_is_stopped_last():
    order = _stop_order()
    position = {name: tier for tier, names in enumerate(order) for name in names}
    assert len(position) == len(PARTS)
    assert all(position[part.name] < position[need] for part in PARTS for need in part.needs)
