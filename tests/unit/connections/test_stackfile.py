"""The local stack's status file, whoever wrote it last."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from backend.connections.stackfile import LocalStack, read_stack_status
from backend.errors import Unavailable
from backend.stack.paths import StackPaths

DOCUMENT = {
    "version": 1,
    "pid": os.getpid(),
    "updated": "2026-11-21T14:00:00Z",
    "components": [
        {
            "name": "etcd-1",
            "kind": "etcd",
            "title": "etcd 1",
            "state": "building",
            "progress": 0.4,
        }
    ],
    "connections": {
        "kubernetes": [{"name": "local", "kubeconfig": "/data/stack/kubeconfig"}],
        "etcd": [
            {
                "name": "local",
                "endpoints": ["https://127.0.0.1:2379"],
                "ca": "/data/ca.crt",
                "cert": "/data/client.crt",
                "key": "/data/client.key",
            }
        ],
        "registry": [{"name": "local", "url": "http://127.0.0.1:5000"}],
    },
}


def test_components_and_connections_are_read(tmp_path: Path) -> None:
    file = tmp_path / "status.json"
    file.write_text(json.dumps(DOCUMENT))
    status = read_stack_status(file)
    assert status.present
    assert status.running
    assert status.components[0].state == "building"
    found = {record.kind: record.settings for record in status.connections}
    assert found["kubernetes"].kubeconfig == Path("/data/stack/kubeconfig")
    assert found["etcd"].endpoints == ("https://127.0.0.1:2379",)
    assert found["registry"].url == "http://127.0.0.1:5000"


def test_a_missing_file_is_no_stack(tmp_path: Path) -> None:
    assert not read_stack_status(tmp_path / "none.json").present


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"components":3}', "null"],
)
def test_a_damaged_file_is_no_stack(tmp_path: Path, text: str) -> None:
    file = tmp_path / "status.json"
    file.write_text(text)
    assert not read_stack_status(file).present


def test_a_record_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    file = tmp_path / "status.json"
    file.write_text('{"connections":{"etcd":[{"name":"x","newer":1}]}}')
    (record,) = read_stack_status(file).connections
    assert (record.key, record.settings) == (("etcd", "x"), None)
    assert record.problem == "its settings are not valid: endpoints: Field required"


def test_a_dead_supervisor_is_not_running(tmp_path: Path) -> None:
    file = tmp_path / "status.json"
    file.write_text(json.dumps({**DOCUMENT, "pid": 2**22 + 1}))
    status = read_stack_status(file)
    assert status.present
    assert not status.running


def test_an_oversized_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "status.json"
    file.write_text(" " * (2 * 1024 * 1024) + json.dumps(DOCUMENT))
    assert not read_stack_status(file).present


async def test_what_cannot_be_asked_says_why(tmp_path: Path) -> None:
    paths = StackPaths(tmp_path)
    paths.root.mkdir()
    paths.retries.write_text("")
    with pytest.raises(Unavailable, match=r"The data directory .* cannot be used"):
        await LocalStack(paths).retry("kwok")
