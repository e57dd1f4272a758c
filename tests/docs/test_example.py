"""The README's smallest real example works as printed: list, live, CSV, palette."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec

from auth.principal import Principal
from auth.scope import namespace
from backend.features.workloads.collections import PODS
from backend.features.workloads.rows import PodRow
from backend.live.guard import guard_of
from backend.live.memory import MemorySource
from backend.live.parse import parse_query
from backend.live.registry import Registry
from backend.live.search import search
from tests.people import holding, principal
from tests.roles import VIEWER

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()


def example() -> str:
    section = README.split("### Add a collection")[1]
    found = re.search(r"```python\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return found[1]


def pod(key: str, where: str, *images: str) -> PodRow:
    blank: dict[str, Any] = {}
    for field in msgspec.structs.fields(PodRow):
        kind = field.type
        blank[field.name] = () if "tuple" in str(kind) else {} if "dict" in str(kind) else 0
        if kind is str:
            blank[field.name] = ""
    return PodRow(
        **{**blank, "key": key, "cluster": "c1", "namespace": where, "name": key, "images": images}
    )


def viewer(where: str) -> Principal:
    return principal(holding((VIEWER, namespace("main", "c1", where))))


def test_it_is_short() -> None:
    assert len(example().splitlines()) < 60


async def test_it_does_what_it_says() -> None:
    registry, pods = Registry(), MemorySource(PODS)
    registry.add(PODS, pods)
    pods.put(pod("a", "shop", "web:1"))
    scope: dict[str, Any] = {"__name__": "imageuse"}
    exec(compile(example(), "README.md", "exec"), scope)
    scope["register"](SimpleNamespace(registry=registry))
    runner = asyncio.create_task(pods.run())
    pods.put(pod("b", "shop", "web:1"))
    pods.put(pod("c", "bank", "vault:2"))
    pods.remove("a")
    async with asyncio.timeout(60):
        source = registry.get("image-use")
        while len(source) < 2:  # type: ignore[arg-type]
            await asyncio.sleep(0.01)
    runner.cancel()
    caller = viewer("shop")
    query = parse_query(source.collection)
    guard = guard_of(caller, source.collection)
    page = await source.page(query, guard, limit=10, after=None, now=0.0)
    assert [(r.image, r.pods) for r in page.rows] == [("web:1", 1)]
    found = msgspec.json.encode(await search(registry, caller, "web", 10))
    assert b"image-use" in found
    assert b"vault" not in msgspec.json.encode(await search(registry, caller, "vault", 10))
