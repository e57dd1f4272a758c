"""kubectl's changes on the real stack, as the rows of the pages show them."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import yaml

from backend.stack.seed.custom import GROUP
from backend.stack.seed.workloads import TEAMS
from integrations.kubernetes import ConnectionSettings, KubernetesConnection
from tests.contract.kubernetes.harness import until
from tests.stackfixtures import RunningStack
from tests.unit.kubernetes.console import KubernetesFeatures
from tests.waiting import until as patiently

SEEDED = {"Running", "Completed", "ImagePullBackOff", "Pending", "Evicted", "CrashLoopBackOff"}


@pytest.fixture
async def console(stack: RunningStack) -> AsyncIterator[KubernetesFeatures]:
    console = KubernetesFeatures()
    settings = ConnectionSettings(name="local", kubeconfig=stack.kubeconfig)
    connection = KubernetesConnection(settings)
    await console.connect(connection)
    await until(console.listed, 120)
    # A stack that has just come up is still on its way to the states the tests look for.
    seen: set[str] = set()

    def all_seen() -> bool:
        seen.update(row.status for row in console.rows("pods").values())
        return seen >= SEEDED  # a crash loop is not in all of its states at once

    await until(all_seen, 120)
    yield console
    await connection.stop()


@pytest.fixture
def namespace(stack: RunningStack) -> str:
    name = f"t-{uuid.uuid4().hex[:8]}"
    stack.kubectl("create", "namespace", name)
    return name


def deployment(namespace: str, replicas: int) -> str:
    labels = {"app": "probe"}
    container = {
        "name": "main",
        "image": "127.0.0.1:5000/shop/cart:1.9.0",
        "resources": {"requests": {"cpu": "10m", "memory": "8Mi"}},
    }
    manifest: dict[str, Any] = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "probe", "namespace": namespace},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
    return json.dumps(manifest)


async def kubectl(stack: RunningStack, *words: str, stdin: str | None = None) -> None:
    await asyncio.to_thread(stack.kubectl, *words, stdin=stdin)


async def test_scale_and_delete_show_within_a_second(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
):
    key = f"local/deployments/{namespace}/probe"

    def pods() -> list[Any]:
        return [p for p in console.rows("pods").values() if p.namespace == namespace]

    await kubectl(stack, "create", "-f", "-", stdin=deployment(namespace, 1))
    await until(lambda: key in console.rows("workloads"))
    await until(lambda: len(pods()) == 1)

    await kubectl(stack, "-n", namespace, "scale", "deployment/probe", "--replicas=3")
    await until(lambda: console.rows("workloads")[key].desired == 3)
    await until(lambda: len(pods()) == 3)

    gone = pods()[0].name
    await kubectl(
        stack, "-n", namespace, "delete", "pod", gone, "--wait=false", "--grace-period=0", "--force"
    )
    await until(lambda: gone not in [p.name for p in pods()])

    await kubectl(stack, "-n", namespace, "delete", "deployment", "probe", "--wait=false")
    await until(lambda: key not in console.rows("workloads"))


async def test_a_cordon_shows_within_a_second(stack: RunningStack, console: KubernetesFeatures):
    name = next(
        row.name
        for row in console.rows("machines").values()
        if row.status == "Ready" and "worker" in row.roles
    )
    key = f"local/{name}"
    try:
        await kubectl(stack, "cordon", name)
        await until(lambda: console.rows("machines")[key].status == "Cordoned")
    finally:
        await kubectl(stack, "uncordon", name)
    await until(lambda: console.rows("machines")[key].status == "Ready")


async def test_the_words_are_kubectls(stack: RunningStack, console: KubernetesFeatures):
    """Every pod's status and readiness as kubectl prints them; pods change, so try again."""

    agreed: set[str] = set()  # of which both said the same at one look: pods come and go

    async def agree() -> bool:
        printed = await asyncio.to_thread(stack.kubectl, "get", "pods", "-A", "--no-headers")
        theirs = {
            f"local/{words[0]}/{words[1]}": (words[2], words[3])
            for words in (line.split() for line in printed.splitlines())
        }
        ours = {key: (row.ready, row.status) for key, row in console.rows("pods").items()}
        agreed.update(key for key in theirs if theirs[key] == ours.get(key))
        return theirs.keys() <= agreed

    await patiently(agree, 120)


async def test_every_machine_is_simulated_and_loaded_as_its_pods_say(
    console: KubernetesFeatures,
):
    ended = {"Completed", "Succeeded", "Failed", "Evicted", "Error"}

    def wrong() -> list[str]:
        pods = [p for p in console.rows("pods").values() if p.status not in ended]
        machines = console.rows("machines").values()
        return [m.name for m in machines if m.pods != sum(p.node == m.name for p in pods)]

    assert all(row.simulated for row in console.rows("machines").values())
    await until(lambda: not wrong())


async def test_details_of_the_seeded_trouble(console: KubernetesFeatures):
    broken = next(
        pod
        for pod in console.rows("pods").values()
        if pod.status == "ImagePullBackOff" and pod.namespace in TEAMS
    )
    path = f"/clusters/local/pods/{broken.namespace}/{broken.name}"
    detail = (await console.get(path, "org/main")).json()
    assert detail["summary"].startswith("Image ")
    assert [o["kind"] for o in detail["owners"]] == ["ReplicaSet", "Deployment"]
    assert detail["missing"] == []
    secret = next(row for row in console.rows("secrets").values() if row.namespace in TEAMS)
    path = f"/clusters/local/secrets/{secret.namespace}/{secret.name}/yaml"
    text = (await console.get(path, "org/main")).text
    assert set(yaml.safe_load(text)) == {"apiVersion", "kind", "metadata"}


async def test_custom_objects_are_listed(console: KubernetesFeatures):
    definitions = console.rows("customresourcedefinitions").values()
    definition = next(row for row in definitions if row.kind == "Backup" and row.group == GROUP)
    page = (await console.get(f"/clusters/local/custom/{definition.name}", "org/main")).json()
    assert page["items"], definition.name
    # As the definition prints them: the API server itself made the cells.
    assert [column["name"] for column in page["columns"]] == ["Volume", "Keep"]
    assert all(len(item["cells"]) == 2 and item["cells"][0] for item in page["items"])
    assert all(item["cells"][1].isdigit() for item in page["items"])
