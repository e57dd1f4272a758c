"""Events as odd as reporters write them, on the real API server (issue 9, kinds 8 and 13)."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.contract.kubernetes.harness import until
from tests.integration.kubernetes.customkinds import SECONDS
from tests.integration.kubernetes.test_live_rows import console, kubectl, namespace
from tests.stackfixtures import RunningStack
from tests.unit.kubernetes.console import KubernetesFeatures

__all__ = ["console", "namespace"]


async def test_events_of_unknown_types_and_of_times_that_cannot_be(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    """A type that the API does not know is told apart, an event about a machine is where it is
    kept, and one of 2031 does not stand on top as new but says its time."""

    async def happen(name: str, place: str = namespace, **parts: Any) -> None:
        about = {"kind": "Pod", "name": name, "namespace": namespace, "apiVersion": "v1"}
        event = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{name}.{namespace}", "namespace": place},
            "involvedObject": about,
            "reason": "Odd",
            "message": "m",
            "type": "Warning",
            **parts,
        }
        await kubectl(stack, "create", "-f", "-", stdin=json.dumps(event))

    await happen("critical", type="Critical")
    await happen("untyped", type="")
    await happen("lower", type="warning")
    await happen("normal", type="Normal")
    await happen("ahead", lastTimestamp="2031-01-01T00:00:00Z", count=2)
    machine = {"kind": "Node", "name": f"node-{namespace}", "apiVersion": "v1"}
    await happen("machine", "default", involvedObject=machine)

    def rows() -> dict[str, Any]:
        mine = [r for r in console.rows("events").values() if r.key.endswith(f".{namespace}")]
        return {row.key.rpartition("/")[2].partition(".")[0]: row for row in mine}

    await until(lambda: len(rows()) == 6, SECONDS)
    found = rows()
    assert {name: row.severity for name, row in found.items()} == {
        "critical": "unknown",
        "untyped": "unknown",
        "lower": "warning",
        "normal": "normal",
        "ahead": "warning",
        "machine": "warning",
    }
    assert found["critical"].type == "Critical"
    ahead = found["ahead"]
    assert ahead.last < time.time() + 300
    assert (ahead.stated, found["normal"].stated) == (1924992000.0, None)
    on = found["machine"]
    assert (on.namespace, on.place) == ("default", "")
    assert (on.object_kind, on.object_name) == ("Node", f"node-{namespace}")
