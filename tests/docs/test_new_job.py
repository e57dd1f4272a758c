"""A new job by its own folder alone: the README's example, run in a real console."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from pathlib import Path

import pytest

from backend import features
from tests.console import running_console

README = Path(__file__).resolve().parents[2] / "backend/jobs/README.md"


async def test_the_example_runs_and_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = re.search(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    assert found is not None
    folder = tmp_path / "features" / "greetings"
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(found[1])
    monkeypatch.setattr(features, "__path__", [*features.__path__, str(folder.parent)])
    try:
        async with running_console(tmp_path) as console:
            example = sys.modules["backend.features.greetings"]
            started = await console.state.jobs.start(
                example.GREET, example.Greeting(["Ada", "Grace"]), by="owner"
            )
            owner = await console.owner()
            deadline = time.monotonic() + 60
            while (job := (await owner.get(f"/jobs/{started.id}")).json())["state"] != "succeeded":
                assert time.monotonic() < deadline, job
                await asyncio.sleep(0.02)
            rows = (await owner.get("/collections/jobs")).json()["rows"]
            again = await owner.post(f"/jobs/{started.id}/cancel")
    finally:
        sys.modules.pop("backend.features.greetings", None)
    assert (job["title"], job["result"], job["done"], job["total"]) == ("Greet 2 people", 2, 2, 2)
    assert [step["name"] for step in job["steps"]] == ["greet Ada", "greet Grace", "note"]
    assert started.id in {row["key"] for row in rows}, "beside what a schedule has begun"
    assert again.status_code == 409
