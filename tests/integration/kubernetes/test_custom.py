"""Custom resources as the real API server has them (issue 9, kinds 4 and 6)."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

from backend.live.guard import Guard
from integrations.kubernetes import ConnectionSettings, KubernetesConnection, Limits
from tests.contract.kubernetes.harness import until
from tests.integration.kubernetes.customkinds import ORG, SECONDS, create, define
from tests.integration.kubernetes.test_live_rows import console, kubectl, namespace
from tests.stackfixtures import RunningStack
from tests.unit.kubernetes.console import KubernetesFeatures

__all__ = ["console", "namespace"]

COLUMNS: list[dict[str, Any]] = [
    {"name": "Phase", "type": "string", "jsonPath": ".status.phase"},
    {"name": "Last", "type": "date", "jsonPath": ".status.lastRun"},
    {"name": "Size", "type": "integer", "jsonPath": ".status.size", "priority": 1},
    {"name": "Zones", "type": "string", "jsonPath": ".spec.zones[*]"},
    {"name": "Share", "type": "number", "jsonPath": ".spec.share"},
    {"name": "Paused", "type": "boolean", "jsonPath": ".spec.paused"},
    {
        "name": "Since",
        "type": "date",
        "jsonPath": '.status.conditions[?(@.type=="Synced")].lastTransitionTime',
    },
    # Called like what every object has, and something else.
    {"name": "Namespace", "type": "string", "jsonPath": ".spec.into"},
]
BORN = {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"}
CRDS = "customresourcedefinitions"
SCALE = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}


async def test_columns_scale_and_conditions_of_a_custom_kind(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    group = f"ops-{uuid.uuid4().hex[:6]}.example"
    definition = await define(
        stack,
        "Ledger",
        group,
        additionalPrinterColumns=[*COLUMNS, BORN],
        subresources={"scale": SCALE},
    )

    async def put(name: str, **parts: Any) -> None:
        meta = {"name": name, "namespace": namespace}
        api = f"{group}/v1"
        await create(stack, {"apiVersion": api, "kind": "Ledger", "metadata": meta, **parts})

    await put(
        "full",
        spec={"replicas": 3, "zones": ["a", "b"], "share": 0.5, "paused": True, "into": "prod"},
        status={
            "phase": "Failed",
            "lastRun": "2031-01-01T00:00:00Z",
            "size": 9007199254740993,
            "replicas": 2,
            "conditions": [
                {"type": "Degraded", "status": "False"},
                {"type": "Synced", "status": "True", "lastTransitionTime": "2031-02-01T00:00:00Z"},
            ],
        },
    )
    await put("empty")
    await put("nulls", spec=None, status={"phase": None, "conditions": None, "lastRun": "soon"})
    odd = [
        {"type": "Degraded", "status": "False"},
        {"type": "CacheSynced", "status": "False", "message": "diverged"},
        {"type": "Progressing", "status": "False"},
        {"type": "Suspended", "status": "True"},
    ]
    await put("odd", status={"conditions": odd})

    place = f"/clusters/local/custom/{definition}?namespace={namespace}"
    page = (await console.get(place, ORG)).json()
    assert [(c["name"], c["priority"]) for c in page["columns"]] == [
        (column["name"], column.get("priority", 0)) for column in COLUMNS
    ]
    cells = {item["name"]: item["cells"] for item in page["items"]}
    assert cells["full"][:3] == ["Failed", "2031-01-01T00:00:00Z", "9007199254740993"]
    assert cells["full"][4:] == ["0.5", "true", "2031-02-01T00:00:00Z", "prod"]
    assert all(cell in {"", "<none>"} for cell in cells["empty"])
    assert set(cells) == {"full", "empty", "nulls", "odd"}

    async def detail(name: str) -> dict[str, Any]:
        answer = await console.get(f"/clusters/local/{definition}/{namespace}/{name}", ORG)
        found: dict[str, Any] = answer.json()
        return found

    answer = await console.get(f"/clusters/local/{CRDS}/-/{definition}", ORG)
    facts = {fact["label"]: fact["value"] for fact in answer.json()["facts"]}
    assert (facts["Versions"], facts["Can be scaled by"]) == ("v1 (stored)", ".spec.replicas")
    full = await detail("full")
    facts = {fact["label"]: fact["value"] for fact in full["facts"]}
    assert (full["status"], full["healthy"], facts["Replicas"]) == ("Failed", False, "2 of 3")
    found = await detail("odd")
    assert (found["healthy"], found["summary"]) == (False, "CacheSynced is False: diverged")
    good = {c["type"]: c["good"] for c in found["conditions"]}
    assert good == {
        "Degraded": True,
        "CacheSynced": False,
        "Progressing": None,
        "Suspended": None,
    }
    await put("said", status={"state": "error", "message": "no answer from the store"})
    found = await detail("said")
    assert (found["status"], found["healthy"]) == ("error", False)
    assert found["summary"] == "no answer from the store"
    for name in ("empty", "nulls"):
        found = await detail(name)
        assert (found["healthy"], found["missing"]) == (None, [])
    await kubectl(stack, "delete", "crd", definition, "--wait=false")


async def test_parts_that_are_not_as_declared_are_named_and_yaml_is_what_kubectl_reads(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    group = f"odd-{uuid.uuid4().hex[:6]}.example"
    definition = await define(stack, "Chest", group)
    texts = [
        "1e3",
        "0o17",
        "y",
        "n",
        "on",
        "12:30:00",
        "0.5Gi",
        ".5",
        "1_000",
        "null",
        "2026-01-01",
    ]
    found: dict[str, Any] = {"texts": texts, "numbers": [1.5, 1e21, 1e-7, None], "flag": True}
    kind = {"apiVersion": f"{group}/v1", "kind": "Chest"}
    wrong = {"spec": ["a", None], "status": {"conditions": "none", "phase": "Failed"}}
    await create(stack, {**kind, "metadata": {"name": "wrong", "namespace": namespace}, **wrong})
    await create(
        stack, {**kind, "metadata": {"name": "texts", "namespace": namespace}, "spec": found}
    )
    place = f"/clusters/local/{definition}/{namespace}"
    detail = (await console.get(f"{place}/wrong", ORG)).json()
    assert (detail["status"], detail["missing"]) == (
        "Failed",
        [
            "spec could not be read: expected `object`, got `array`",
            "status.conditions could not be read: expected `array`, got `str`",
        ],
    )
    text = (await console.get(f"{place}/texts/yaml", ORG)).text
    read = ("create", "--dry-run=client", "--validate=false", "-o", "json", "-f", "-")
    again = json.loads(await asyncio.to_thread(stack.kubectl, *read, stdin=text))
    assert again["spec"] == found
    await kubectl(stack, "delete", "crd", definition, "--wait=false")


async def test_a_kind_is_read_in_the_version_kubectl_prefers(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    """Not in the one it is stored in, whose columns are others."""
    group = f"versions-{uuid.uuid4().hex[:6]}.example"
    keep = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}

    def version(name: str, column: str, **more: Any) -> dict[str, Any]:
        columns = [{"name": column, "type": "string", "jsonPath": ".spec.word"}]
        schema = {"openAPIV3Schema": keep}
        served = {"served": True, "storage": False, **more}
        return {"name": name, **served, "schema": schema, "additionalPrinterColumns": columns}

    versions = [
        version("v1beta2", "Beta"),
        version("v2", "Second", storage=True),
        version("v10", "Tenth"),
        version("v11", "Eleventh", served=False),
        version("other", "Other"),
    ]
    names = {"plural": "bells", "singular": "bell", "kind": "Bell", "listKind": "BellList"}
    spec = {"group": group, "scope": "Namespaced", "names": names, "versions": versions}
    await create(
        stack,
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"bells.{group}"},
            "spec": spec,
        },
    )
    served = ("--for=condition=Established", f"crd/bells.{group}", "--timeout=50s")
    await kubectl(stack, "wait", *served)
    bell = {
        "apiVersion": f"{group}/v2",
        "kind": "Bell",
        "metadata": {"name": "one", "namespace": namespace},
        "spec": {"word": "ding"},
    }
    await create(stack, bell)
    printed = await asyncio.to_thread(stack.kubectl, "-n", namespace, "get", f"bells.{group}")
    assert "TENTH" in printed
    page = (await console.get(f"/clusters/local/custom/bells.{group}", ORG)).json()
    assert [column["name"] for column in page["columns"]] == ["Tenth"]
    assert [item["cells"] for item in page["items"]] == [["ding"]]
    detail = (await console.get(f"/clusters/local/bells.{group}/{namespace}/one", ORG)).json()
    facts = {fact["label"]: fact["value"] for fact in detail["facts"]}
    assert facts["Version"] == f"{group}/v10, stored as v2"
    await kubectl(stack, "delete", "crd", f"bells.{group}", "--wait=false")


async def test_kinds_beyond_the_limit_are_followed_while_somebody_looks(
    stack: RunningStack, namespace: str
) -> None:
    """And whose deletions are not known is said on the Overview."""
    group = f"many-{uuid.uuid4().hex[:6]}.example"
    definition = await define(stack, "Cup", group)
    console = KubernetesFeatures()
    settings = ConnectionSettings(
        name="local", kubeconfig=stack.kubeconfig, limits=Limits(custom_kinds=0)
    )
    connection = KubernetesConnection(settings)
    await console.connect(connection)

    def row() -> Any:
        return console.rows(CRDS).get(f"local/{definition}")

    def unseen() -> list[str]:
        guard = Guard("main", (("org", "main"),))
        feeds = console.source("problems").freshness(guard)
        return [feed.message for feed in feeds if feed.source.endswith("/deletions")]

    await until(lambda: row() is not None and any(unseen()), SECONDS)
    assert unseen()[0].startswith("Held deletions are not known of ")
    assert "beyond the oldest 0" in unseen()[0]
    assert not row().live
    page = await console.get(f"/clusters/local/custom/{definition}?namespace={namespace}", ORG)
    assert page.status_code == 200
    await until(lambda: row().live, SECONDS)
    before = row().revision
    cup = {"apiVersion": f"{group}/v1", "kind": "Cup"}
    await create(stack, {**cup, "metadata": {"name": "one", "namespace": namespace}})
    await until(lambda: row().revision != before, SECONDS)
    await connection.stop()
    await kubectl(stack, "delete", "crd", definition, "--wait=false")


async def test_changes_of_custom_objects_are_told(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    group = f"live-{uuid.uuid4().hex[:6]}.example"
    definition = await define(stack, "Lamp", group)
    key = f"local/{definition}"

    def row() -> Any:
        return console.rows(CRDS).get(key)

    await until(lambda: row() is not None and row().live, SECONDS)

    async def told(change: Any) -> None:
        """Whoever follows the definition's row hears of the change."""
        before = row().revision
        await change
        await until(lambda: row().live and row().revision != before, SECONDS)

    lamp = {
        "apiVersion": f"{group}/v1",
        "kind": "Lamp",
        "metadata": {"name": "one", "namespace": namespace},
    }
    await told(create(stack, lamp))
    await told(create(stack, {**lamp, "spec": {"on": True}}))
    await told(kubectl(stack, "-n", namespace, "delete", f"{definition}/one", "--wait=false"))
    await kubectl(stack, "delete", "crd", definition, "--wait=false")
    await until(lambda: row() is None, SECONDS)
