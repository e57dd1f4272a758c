"""Deletions that are held, lost claims and where volumes lie (issue 9, kind 5)."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from tests.contract.kubernetes.harness import until
from tests.integration.kubernetes.customkinds import ORG, SECONDS, create, define, problems_of
from tests.integration.kubernetes.test_live_rows import console, kubectl, namespace
from tests.stackfixtures import RunningStack
from tests.unit.kubernetes.console import KubernetesFeatures
from tests.waiting import until as patiently

__all__ = ["console", "namespace"]

HOLD = "example.test/hold"
RELEASE = json.dumps({"metadata": {"finalizers": None}})
BY = "held by finalizer example.test/hold"


def claim(namespace: str, name: str, **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name, "namespace": namespace, "finalizers": [HOLD]},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "",
            "resources": {"requests": {"storage": "1Gi"}},
            **spec,
        },
    }


@pytest.fixture
async def left(stack: RunningStack) -> AsyncIterator[list[tuple[str, ...]]]:
    """What a test that fails must not leave to the others: `kubectl` words that release it."""
    words: list[tuple[str, ...]] = []
    yield words
    for release in words:
        with suppress(AssertionError):  # gone, as it should be
            await kubectl(stack, *release)


async def held_of(console: KubernetesFeatures, namespace: str, *names: str) -> dict[str, Any]:
    """The namespace's problems, once the deletions of `names` are: each is heard of by its own
    watch, and some have another problem before."""
    found: dict[str, Any] = {}

    async def held() -> bool:
        found.update(await problems_of(console, namespace, *names))
        return {found[name].cause for name in names} == {"Deletion is held"}

    await patiently(held, SECONDS)
    return found


def release(namespace: str, what: str) -> tuple[str, ...]:
    place = ("-n", namespace) if namespace else ()
    return (*place, "patch", what, "--type=merge", "-p", RELEASE)


@pytest.mark.timeout(600)
async def test_what_a_finalizer_holds_says_so_everywhere(
    stack: RunningStack,
    console: KubernetesFeatures,
    namespace: str,
    left: list[tuple[str, ...]],
) -> None:
    left += [release(namespace, f"{kind}/held") for kind in ("pod", "pvc", "configmap")]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "held", "namespace": namespace, "finalizers": [HOLD]},
        "spec": {"schedulerName": "nobody", "containers": [{"name": "main", "image": "i"}]},
    }
    config = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "held", "namespace": namespace, "finalizers": [HOLD]},
    }
    await create(stack, pod)
    await create(stack, config)
    await create(stack, claim(namespace, "held"))
    gone = ("pod/held", "configmap/held", "pvc/held", "--wait=false", "--grace-period=0")
    await kubectl(stack, "-n", namespace, "delete", *gone)

    found = await held_of(console, namespace, "Pod/held", "PersistentVolumeClaim/held")
    for key in ("Pod/held", "PersistentVolumeClaim/held"):
        # A claim may still have the cluster's own finalizer too: a slow controller takes it away.
        assert HOLD in found[key].reason
        assert found[key].since is not None
    for collection in ("pods", "persistentvolumeclaims"):

        def terminates(collection: str = collection) -> bool:
            row = console.rows(collection)[f"local/{namespace}/held"]
            return (row.status, row.healthy, HOLD in row.reason) == ("Terminating", False, True)

        await until(terminates, SECONDS)
    assert BY in console.rows("pods")[f"local/{namespace}/held"].reason
    key = f"local/{namespace}/held"
    await until(
        lambda: key in (rows := console.rows("configmaps")) and BY in rows[key].reason, SECONDS
    )

    for path in (f"pods/{namespace}/held", f"configmaps/{namespace}/held"):
        detail = (await console.get(f"/clusters/local/{path}", ORG)).json()
        facts = {fact["label"]: fact["value"] for fact in detail["facts"]}
        assert (detail["status"], detail["healthy"]) == ("Terminating", False)
        assert detail["summary"].startswith("Being deleted since 20"), detail["summary"]
        assert facts["Held by finalizer"].startswith(f"{HOLD}, set by kubectl")
        assert facts["Deletion asked by"].startswith("not recorded: Kubernetes keeps it only")

    # A namespace's pods go first: as long as one is left, it says nothing of the rest.
    for what in ("pod/held", "pvc/held"):
        await kubectl(stack, *release(namespace, what))
    await kubectl(stack, "delete", "namespace", namespace, "--wait=false")
    await problems_of(console, namespace, f"Namespace/{namespace}")
    key = f"local/{namespace}"

    def says_what_is_left() -> bool:
        reason = console.rows("namespaces")[key].reason
        return HOLD in reason and "configmaps. has 1 resource instances" in reason

    await until(says_what_is_left, SECONDS)
    row = console.rows("namespaces")[key]
    assert (row.status, row.healthy) == ("Terminating", False)
    detail = (await console.get(f"/clusters/local/namespaces/-/{namespace}", ORG)).json()
    assert HOLD in detail["summary"]
    await kubectl(stack, *release(namespace, "configmap/held"))


@pytest.mark.parametrize("scope", ["Namespaced", "Cluster"])
async def test_held_objects_of_custom_kinds_are_problems_while_they_are_held(
    stack: RunningStack,
    console: KubernetesFeatures,
    namespace: str,
    scope: str,
    left: list[tuple[str, ...]],
) -> None:
    group = f"zones-{uuid.uuid4().hex[:6]}.example"
    definition = await define(stack, "Zone", group, scope=scope)
    inside = namespace if scope == "Namespaced" else ""

    def zone(name: str) -> dict[str, Any]:
        place = {"namespace": inside} if inside else {}
        meta = {"name": name, "finalizers": [HOLD], **place}
        return {"apiVersion": f"{group}/v1", "kind": "Zone", "metadata": meta}

    names = [f"{name}-{namespace}" for name in ("stays", "goes")]
    for name in names:
        left.append(release(inside, f"{definition}/{name}"))
        await create(stack, zone(name))
    left.append(("delete", "crd", definition, "--wait=false"))
    where = ("-n", inside) if inside else ()
    gone = f"{definition}/{names[1]}"
    await kubectl(stack, *where, "delete", gone, "--wait=false")

    found = await held_of(console, inside, f"Zone/{names[1]}")
    assert f"Zone/{names[0]}" not in found
    problem = found[f"Zone/{names[1]}"]
    assert (problem.cause, problem.severity) == ("Deletion is held", "warning")
    assert BY in problem.reason
    assert problem.link == f"/clusters/local/{definition}/{inside or '-'}/{names[1]}"
    detail = (await console.get(problem.link, ORG)).json()
    facts = {fact["label"]: fact["value"] for fact in detail["facts"]}
    assert facts["Deletion asked by"].startswith("not recorded")

    # What it waits for is done, and it goes: nobody looks anything up for that.
    await kubectl(stack, *release(inside, gone))
    await until(lambda: problem.key not in console.rows("problems"), SECONDS)


async def test_rows_of_workloads_and_services_that_are_held_say_so(
    stack: RunningStack,
    console: KubernetesFeatures,
    namespace: str,
    left: list[tuple[str, ...]],
) -> None:
    labels = {"app": "held"}
    template = {
        "metadata": {"labels": labels},
        "spec": {"containers": [{"name": "main", "image": "i"}]},
    }
    meta = {"name": "held", "namespace": namespace, "finalizers": [HOLD]}
    spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    await create(
        stack, {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec}
    )
    ports = {"selector": labels, "ports": [{"port": 80}]}
    await create(stack, {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": ports})
    gone = ("deployment/held", "service/held")
    left += [release(namespace, what) for what in gone]
    await kubectl(stack, "-n", namespace, "delete", *gone, "--wait=false")
    found = await held_of(console, namespace, "Deployment/held", "Service/held")

    def row(collection: str, key: str) -> Any:
        return console.rows(collection)[f"local/{key}"]

    def terminates(collection: str, key: str) -> bool:
        return bool(row(collection, key).status == "Terminating")

    def is_gone(key: str) -> bool:
        return key not in console.rows("problems")

    for collection, key in (
        ("workloads", f"deployments/{namespace}/held"),
        ("services", f"{namespace}/held"),
    ):
        await until(partial(terminates, collection, key), SECONDS)
        assert (row(collection, key).healthy, BY in row(collection, key).reason) == (False, True)
    for what in gone:
        await kubectl(stack, *release(namespace, what))
    for key in ("Deployment/held", "Service/held"):
        await until(partial(is_gone, found[key].key), SECONDS)


async def test_a_lost_claim_and_where_a_volume_lies(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    name = f"pv-{namespace}"
    csi = {"driver": "csi.example.test", "volumeHandle": "vol-0a1b"}
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "claimRef": {"namespace": namespace, "name": "data"},
            "persistentVolumeReclaimPolicy": "Retain",
            "csi": csi,
        },
    }
    await create(stack, volume)
    await create(stack, claim(namespace, "data", volumeName=name))
    key = f"local/{namespace}/data"
    claims = "persistentvolumeclaims"
    await until(
        lambda: key in (rows := console.rows(claims)) and rows[key].status == "Bound", SECONDS
    )
    await until(lambda: f"local/{name}" in console.rows("persistentvolumes"), SECONDS)
    row = console.rows("persistentvolumes")[f"local/{name}"]
    assert (row.driver, row.handle) == ("csi.example.test", "vol-0a1b")
    detail = (await console.get(f"/clusters/local/persistentvolumes/-/{name}", ORG)).json()
    facts = {fact["label"]: fact["value"] for fact in detail["facts"]}
    assert (facts["Driver"], facts["Handle"]) == ("csi.example.test", "vol-0a1b")
    # Deleted behind the claim's back, as people do who clean up.
    await kubectl(stack, "delete", "pv", name, "--wait=false")
    await kubectl(stack, "patch", "pv", name, "--type=merge", "-p", RELEASE)

    async def lost() -> bool:
        found = await problems_of(console, namespace, "PersistentVolumeClaim/data")
        problem = found["PersistentVolumeClaim/data"]
        return (problem.cause, problem.severity) == ("Volume is lost", "error")

    await patiently(lost, SECONDS)
    await kubectl(stack, "-n", namespace, "patch", "pvc", "data", "--type=merge", "-p", RELEASE)


RULES = [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]
BROUGHT_ALONG: tuple[tuple[str, str, str, bool, dict[str, Any]], ...] = (
    ("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", True, {"spec": {}}),
    ("rbac.authorization.k8s.io/v1", "Role", "roles", True, {"rules": RULES}),
    ("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", True, {"spec": {}}),
    ("v1", "ServiceAccount", "serviceaccounts", True, {}),
    ("v1", "LimitRange", "limitranges", True, {"spec": {"limits": []}}),
    ("v1", "ResourceQuota", "resourcequotas", True, {"spec": {"hard": {"pods": "9"}}}),
    (
        "storage.k8s.io/v1",
        "VolumeAttachment",
        "volumeattachments",
        False,
        {
            "spec": {
                "attacher": "csi.example.test",
                "nodeName": "nowhere",
                "source": {"persistentVolumeName": "none"},
            }
        },
    ),
    (
        "admissionregistration.k8s.io/v1",
        "ValidatingAdmissionPolicy",
        "validatingadmissionpolicies",
        False,
        {
            "spec": {
                "matchConstraints": {
                    "resourceRules": [
                        {
                            "apiGroups": ["nothing.example"],
                            "apiVersions": ["v1"],
                            "operations": ["CREATE"],
                            "resources": ["things"],
                        }
                    ]
                },
                "validations": [{"expression": "true"}],
            }
        },
    ),
)
"""Kinds of Kubernetes that the console has no rows of: version, kind, plural, namespaced, spec."""


@pytest.mark.timeout(600)
async def test_held_objects_of_kinds_that_kubernetes_brings_along_are_problems(
    stack: RunningStack,
    console: KubernetesFeatures,
    namespace: str,
    left: list[tuple[str, ...]],
) -> None:
    name = f"held-{namespace}"
    for version, kind, plural, namespaced, more in BROUGHT_ALONG:
        place = namespace if namespaced else ""
        meta = {"name": name, "finalizers": [HOLD], **({"namespace": place} if place else {})}
        left.append(release(place, f"{_typed(version, plural)}/{name}"))
        await create(stack, {"apiVersion": version, "kind": kind, "metadata": meta, **more})
        words = ("-n", place) if place else ()
        await kubectl(stack, *words, "delete", f"{_typed(version, plural)}/{name}", "--wait=false")
    inside = [f"{kind}/{name}" for _, kind, _, namespaced, _ in BROUGHT_ALONG if namespaced]
    outside = [f"{kind}/{name}" for _, kind, _, namespaced, _ in BROUGHT_ALONG if not namespaced]
    found = {
        **await held_of(console, namespace, *inside),
        **await held_of(console, "", *outside),
    }
    for version, kind, plural, namespaced, _ in BROUGHT_ALONG:
        problem = found[f"{kind}/{name}"]
        assert (problem.severity, BY in problem.reason) == ("warning", True)
        address = _typed(version, plural)
        assert (
            problem.link == f"/clusters/local/{address}/{namespace if namespaced else '-'}/{name}"
        )
        # Of some the page needs the right on cluster access rules, which viewers do not have.
        answer = await console.get(problem.link, ORG, role="owner")
        assert answer.status_code == 200, answer.text
        detail = answer.json()
        facts = {fact["label"]: fact["value"] for fact in detail["facts"]}
        assert (detail["kind"], detail["status"]) == (kind, "Terminating")
        assert facts["Held by finalizer"].startswith(f"{HOLD}, set by kubectl")
        yaml = await console.get(f"{problem.link}/yaml", ORG, role="owner")
        assert yaml.status_code == 200
        await kubectl(stack, *release(namespace if namespaced else "", f"{address}/{name}"))
    for one in (*inside, *outside):
        await until(partial(_is_gone, console, found[one].key), SECONDS)


def _typed(version: str, plural: str) -> str:
    group = version.rpartition("/")[0]
    return f"{plural}.{group}" if group else plural


def _is_gone(console: KubernetesFeatures, key: str) -> bool:
    return key not in console.rows("problems")


async def test_a_claim_whose_volume_does_not_exist_is_a_problem_until_it_does(
    stack: RunningStack, console: KubernetesFeatures, namespace: str
) -> None:
    name = f"late-{namespace}"
    made = claim(namespace, "data", volumeName=name)
    del made["metadata"]["finalizers"]
    await create(stack, made)
    found = await problems_of(console, namespace, "PersistentVolumeClaim/data")
    problem = found["PersistentVolumeClaim/data"]
    assert (problem.cause, problem.severity) == ("Claim cannot be bound", "error")
    assert f"asks for volume {name}, which does not exist" in problem.reason
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "uses", "namespace": namespace},
        "spec": {
            "containers": [{"name": "main", "image": "i"}],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
        },
    }
    await create(stack, pod)

    async def waits_for_it() -> bool:
        found = await problems_of(console, namespace, "Pod/uses")
        return "PersistentVolumeClaim" in found["Pod/uses"].reason

    await patiently(waits_for_it, SECONDS)
    volume = {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Delete",
            "hostPath": {"path": "/tmp/none"},
        },
    }
    await create(stack, volume)

    async def is_well() -> bool:
        for collection in ("persistentvolumeclaims", "problems"):
            await console.source(collection).flush()
        return _is_gone(console, problem.key)

    await patiently(is_well, SECONDS)
    await kubectl(stack, "delete", "namespace", namespace, "--wait=false")
    await kubectl(stack, "delete", "pv", name, "--wait=false")
