"""The running connections follow the declared ones."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.connections.manager import ConnectionManager
from backend.connections.records import Record, configured
from backend.connections.stackfile import LocalStack
from backend.connections.upstreams import Upstreams
from backend.settings import Settings
from backend.stack.paths import StackPaths
from integrations import discovery
from integrations.contract import Feed, FeedState
from integrations.kubernetes.integration import INTEGRATION as KUBERNETES


class Recorder:
    """A feed that notes what it was told."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def put(self, key: str, value: Any) -> None:
        self.calls.append(f"put {key}")

    def delete(self, key: str) -> None:
        self.calls.append(f"delete {key}")

    def begin(self) -> None:
        self.calls.append("begin")

    def commit(self) -> None:
        self.calls.append("commit")

    def state(self, state: FeedState, message: str = "") -> None:
        self.calls.append(state.value)

    def close(self) -> None:
        self.calls.append("close")


class Connection:
    """Stands for an integration's connection: no network, the same three words."""

    def __init__(self, settings: Any, feeds: Mapping[str, Feed[Any]]) -> None:
        self.settings = settings
        self.feeds = feeds
        self.stopped = False

    async def stop(self) -> None:
        self.stopped = True


Start = Callable[[Any, Mapping[str, Feed[Any]], Any], Awaitable[Any]]


def replace_connect(monkeypatch: pytest.MonkeyPatch, start: Start) -> None:
    """Every integration starts connections by `start`."""
    declared = {kind: replace(discovery.load(kind), connect=start) for kind in discovery.kinds()}
    monkeypatch.setattr("backend.connections.manager.load", declared.__getitem__)


def manager_of(settings: Settings, upstreams: Upstreams | None = None) -> ConnectionManager:
    """A manager over configuration and local stack."""

    async def from_configuration() -> list[Record]:
        return configured(settings)

    stack = LocalStack(StackPaths(settings.home))
    return ConnectionManager([from_configuration, stack.records], upstreams or Upstreams())


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Connection]:
    connections: list[Connection] = []

    async def start(settings: Any, feeds: Mapping[str, Feed[Any]], _observe: Any) -> Connection:
        connections.append(Connection(settings, feeds))
        return connections[-1]

    replace_connect(monkeypatch, start)
    return connections


def declare(home: Path, *names: str) -> None:
    folder = home / "stack"
    folder.mkdir(exist_ok=True)
    connections = {"kubernetes": [{"name": n, "kubeconfig": f"/{n}"} for n in names]}
    (folder / "status.json").write_text(json.dumps({"pid": 1, "connections": connections}))


async def test_connections_come_and_go_with_their_rows(
    tmp_path: Path, made: list[Connection]
) -> None:
    first, second = Recorder(), Recorder()
    upstreams = Upstreams()
    manager = manager_of(Settings(home=tmp_path), upstreams)
    manager.serve(
        {
            "kubernetes": [
                lambda _: {"pods": first, "nodes": Recorder()},
                lambda _: {"pods": second},
            ]
        }
    )
    await manager.reconcile()
    assert made == []
    declare(tmp_path, "local")
    await manager.reconcile()
    await manager.reconcile()
    assert len(made) == 1
    assert set(upstreams.all(KUBERNETES)) == {"local"}
    made[0].feeds["pods"].put("web", object())
    assert first.calls == second.calls == ["put web"]
    declare(tmp_path)
    await manager.reconcile()
    assert made[0].stopped
    assert upstreams.all(KUBERNETES) == {}
    assert first.calls[-1] == second.calls[-1] == "close"


async def test_a_changed_record_restarts_its_connection(
    tmp_path: Path, made: list[Connection]
) -> None:
    manager = manager_of(Settings(home=tmp_path))
    declare(tmp_path, "local", "other")
    await manager.reconcile()
    document = json.loads((tmp_path / "stack/status.json").read_text())
    document["connections"]["kubernetes"][0]["kubeconfig"] = "/elsewhere"
    (tmp_path / "stack/status.json").write_text(json.dumps(document))
    await manager.reconcile()
    assert [c.settings.name for c in made] == ["local", "other", "local"]
    assert [c.stopped for c in made] == [True, False, False]


async def test_configuration_wins_over_the_stack(tmp_path: Path, made: list[Connection]) -> None:
    own = {"name": "local", "kubeconfig": "/own"}
    manager = manager_of(Settings(home=tmp_path, kubernetes=[own]))
    declare(tmp_path, "local")
    await manager.reconcile()
    assert [str(c.settings.kubeconfig) for c in made] == ["/own"]
