"""The running connections follow the declared ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from backend.connections import manager as module
from backend.connections.manager import ConnectionManager
from backend.connections.upstreams import Upstreams
from backend.features.context import Feature
from backend.settings import Settings
from integrations.contract import Feed, State


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

    def state(self, state: State, message: str = "") -> None:
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


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Connection]:
    connections: list[Connection] = []

    async def start(settings: Any, feeds: Mapping[str, Feed[Any]]) -> Connection:
        connections.append(Connection(settings, feeds))
        return connections[-1]

    starters = dict.fromkeys(("kubernetes", "etcd", "registry"), start)
    monkeypatch.setattr(module, "STARTERS", starters)
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
    manager = ConnectionManager(Settings(home=tmp_path), upstreams)
    manager.serve(
        [
            Feature("a", feeds={"kubernetes": lambda _: {"pods": first, "nodes": Recorder()}}),
            Feature("b", feeds={"kubernetes": lambda _: {"pods": second}}),
        ]
    )
    await manager.reconcile()
    assert made == []
    declare(tmp_path, "local")
    await manager.reconcile()
    await manager.reconcile()
    assert len(made) == 1
    assert set(upstreams.kubernetes) == {"local"}
    made[0].feeds["pods"].put("web", object())
    assert first.calls == second.calls == ["put web"]
    declare(tmp_path)
    await manager.reconcile()
    assert made[0].stopped
    assert upstreams.kubernetes == {}
    assert first.calls[-1] == second.calls[-1] == "close"


async def test_a_changed_record_restarts_its_connection(
    tmp_path: Path, made: list[Connection]
) -> None:
    manager = ConnectionManager(Settings(home=tmp_path), Upstreams())
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
    manager = ConnectionManager(Settings(home=tmp_path, kubernetes=[own]), Upstreams())
    declare(tmp_path, "local")
    await manager.reconcile()
    assert [str(c.settings.kubeconfig) for c in made] == ["/own"]
