"""What the console says of real nodes, and of the images their pods run."""

from __future__ import annotations

import time

import httpx2

from tests.integration.realnodes.cluster import NODES, pods_of, real_nodes
from tests.stackfixtures import RunningStack


def test_a_machine_tells_of_its_network_and_is_not_simulated(
    real_stack: RunningStack, caller: httpx2.Client
):
    nodes = real_nodes(real_stack)
    for name in NODES:
        detail = caller.get(f"/clusters/local/nodes/-/{name}").raise_for_status().json()
        assert detail["simulated"] is False
        assert detail["status"] == "Ready", detail["summary"]
        facts = {fact["label"]: fact["value"] for fact in detail["facts"]}
        assert facts["Network mode"] == "flannel, vxlan"
        assert facts["Pod network"] == nodes[name]["spec"]["podCIDR"]
        assert facts["Address in the network"] == facts["Address (InternalIP)"]


def test_the_registry_knows_which_pods_run_an_image(
    real_stack: RunningStack, caller: httpx2.Client
):
    """By the digest containerd reports: it is the one the registry's tag leads to."""
    digests = {
        pod["status"]["containerStatuses"][0]["imageID"].partition("@")[2]
        for app in ("web", "guarded")
        for pod in pods_of(real_stack, app)
    }
    wanted = [("1.0.0", 4), ("1.1.0", 0)]
    deadline = time.monotonic() + 60
    while True:
        found = caller.get("/collections/tags", params={"filter": "repository=demo/web"})
        rows = found.raise_for_status().json()["rows"]
        running = sorted((row["name"], row["running"]) for row in rows)
        if running == wanted or time.monotonic() > deadline:
            break
        time.sleep(0.5)
    assert running == wanted
    assert {row["digest"] for row in rows if row["running"]} == digests
