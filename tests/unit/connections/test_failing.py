"""A connection that cannot start is a state with a sentence; the others go on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from backend.connections import manager as module
from backend.connections.upstreams import Upstreams
from backend.settings import Settings
from integrations.contract import ConfigurationError, Feed, FeedState
from integrations.etcd.fake import FakeCluster
from integrations.etcd.integration import INTEGRATION as ETCD
from integrations.registry.integration import INTEGRATION as REGISTRY
from tests.console import running_console
from tests.unit.connections.test_manager import (
    Connection,
    Recorder,
    manager_of,
    replace_connect,
)
from tests.waiting import until


async def test_a_missing_ca_file_is_said_on_every_page_and_stops_nothing(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.crt")
    broken_etcd = {"name": "broken", "endpoints": ["https://127.0.0.1:1"], "ca": missing}
    after = {"name": "later", "endpoints": FakeCluster().endpoints}
    registry = {"name": "images", "url": "https://127.0.0.1:1", "ca": missing}
    async with running_console(tmp_path, etcd=[broken_etcd, after], registry=[registry]) as console:
        owner = await console.owner()
        upstreams = console.state.connections.upstreams
        await until(lambda: set(upstreams.all(ETCD)) == {"broken", "later"})
        await until(lambda: set(upstreams.all(REGISTRY)) == {"images"})

        async def told(collection: str, source: str) -> str:
            answer = (await owner.get(f"/collections/{collection}")).json()
            return next(
                (
                    f["message"]
                    for f in answer["freshness"]
                    if f["source"] == source and f["state"] == FeedState.STALE
                ),
                "",
            )

        async def said(collection: str, source: str) -> bool:
            text = await told(collection, source)
            return "none.crt" in text and "No such file" in text

        for where in (
            ("keys", "etcd/broken/keys"),
            ("etcd-members", "etcd/broken/members"),
            ("repositories", "registry/images/repositories"),
        ):
            await until(lambda where=where: said(*where))
        pulse = (await owner.get("/overview")).json()["systems"]
        by_name = {system["name"]: system for system in pulse}
        assert "none.crt" in by_name["registry"]["sentence"]
        assert by_name["registry"]["state"] == "down"


async def test_a_connection_that_raises_at_its_start_keeps_its_feeds_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []
    feeds_made: list[Recorder] = []

    async def start(settings: Any, feeds: Mapping[str, Feed[Any]], _: Any) -> Connection:
        tries.append(settings.name)
        if settings.name == "a" and len(tries) < 3:
            raise ConfigurationError("etcd", "the CA file is missing")
        return Connection(settings, feeds)

    def feeds(_: Any) -> Mapping[str, Feed[Any]]:
        feeds_made.append(Recorder())
        return {"keys": feeds_made[-1]}

    replace_connect(monkeypatch, start)
    monkeypatch.setattr(module, "_RETRY_SECONDS", 0.0)
    records = [{"name": name, "endpoints": ["http://127.0.0.1:1"]} for name in ("a", "b")]
    settings = Settings(
        home=tmp_path, etcd=records, registry=[{"name": "r", "url": "http://127.0.0.1:1"}]
    )
    manager = manager_of(settings, upstreams := Upstreams())
    manager.serve({"etcd": [feeds], "registry": [feeds]})
    await manager.reconcile()
    assert set(upstreams.all(ETCD)) == {"b"}
    assert set(upstreams.all(REGISTRY)) == {"r"}
    assert feeds_made[0].calls == ["stale"]
    await manager.reconcile()
    assert set(upstreams.all(ETCD)) == {"a", "b"}
    assert len(feeds_made) == 3


async def test_a_failed_record_that_goes_takes_its_feeds_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = Recorder()

    async def start(*_: Any) -> Connection:
        raise OSError(2, "No such file or directory", "/etc/x")

    replace_connect(monkeypatch, start)
    manager = manager_of(Settings(home=tmp_path))
    manager.serve({"kubernetes": [lambda _: {"pods": feed}]})
    folder = tmp_path / "stack"
    folder.mkdir()
    record = {"pid": 1, "connections": {"kubernetes": [{"name": "x", "kubeconfig": "/x"}]}}
    (folder / "status.json").write_text(json.dumps(record))
    await manager.reconcile()
    assert feed.calls == ["stale"]
    (folder / "status.json").unlink()
    await manager.reconcile()
    assert feed.calls == ["stale", "close"]
