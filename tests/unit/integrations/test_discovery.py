"""Integrations are found: a folder of the repository, or a package installed beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import integrations
from backend.settings import Settings
from integrations import discovery

SOURCE = """
from pydantic import BaseModel
from integrations.contract import Integration

class Settings(BaseModel):
    name: str
    url: str

async def connect(settings, feeds, observe):
    raise NotImplementedError

INTEGRATION = Integration(
    kind="{kind}", title="Toy", settings=Settings, scope="{kind}", feeds=frozenset(),
    connect=connect,
)
"""


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What is found is remembered for the life of a process."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    discovery.kinds.cache_clear()
    discovery.load.cache_clear()


def test_the_three_are_found() -> None:
    assert {"etcd", "kubernetes", "registry"} <= set(discovery.kinds())
    for kind, found in discovery.load_all().items():
        assert found.kind == kind


def test_a_folder_is_all_it_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "toyfolder"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "integration.py").write_text(SOURCE.format(kind="toyfolder"))
    monkeypatch.setattr(integrations, "__path__", [*integrations.__path__, str(tmp_path)])
    assert "toyfolder" in discovery.kinds()
    settings = Settings(home=tmp_path, toyfolder=[{"name": "a", "url": "https://a"}])
    assert settings.connections["toyfolder"][0].url == "https://a"
    monkeypatch.setenv("CRATON_TOYFOLDER", '[{"name": "b", "url": "https://b"}]')
    assert Settings(home=tmp_path).connections["toyfolder"][0].name == "b"


def test_an_installed_package_names_an_entry_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "craton_toy.py").write_text(SOURCE.format(kind="toy"))
    info = tmp_path / "craton_toy-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: craton-toy\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[{discovery.GROUP}]\ntoy = craton_toy:INTEGRATION\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert discovery.load("toy").title == "Toy"
    sys.modules.pop("craton_toy")


def test_an_unknown_kind_is_said() -> None:
    with pytest.raises(LookupError, match="nothing-like-it"):
        discovery.load("nothing-like-it")


def test_an_environment_variable_that_is_no_list_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRATON_ETCD", "[{")
    with pytest.raises(ValueError, match="CRATON_ETCD is not a JSON list"):
        Settings(home=tmp_path)
