"""Custom kinds and pods in trouble on the real API server, for tests of what is said of them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.integration.kubernetes.test_live_rows import kubectl
from tests.stackfixtures import RunningStack
from tests.unit.kubernetes.console import KubernetesFeatures

__all__ = ["ORG", "SECONDS", "create", "define", "problems_of", "set_status", "troubled_pod"]

ORG = "org/main"
SECONDS = 90.0
"""For controllers of a loaded machine; nothing here is a promise about speed."""
_NOT_YET = ("no matches for kind", "could not find the requested resource")
_READ = (
    *("machines", "workloads", "pods", "services", "ingresses", "persistentvolumeclaims"),
    "problems",
)


async def define(stack: RunningStack, kind: str, group: str, **version: Any) -> str:
    """The name of a definition that keeps whatever it is given; it is served on return."""
    plural = f"{kind.lower()}s"
    names = {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"}
    keep = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    scope = version.pop("scope", "Namespaced")
    served = {"name": "v1", "served": True, "storage": True, **version}
    manifest = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": scope,
            "names": names,
            "versions": [{**served, "schema": {"openAPIV3Schema": keep}}],
        },
    }
    await kubectl(stack, "apply", "-f", "-", stdin=json.dumps(manifest))
    crd = f"crd/{plural}.{group}"
    await kubectl(stack, "wait", "--for=condition=Established", crd, "--timeout=50s")
    return f"{plural}.{group}"


async def create(stack: RunningStack, manifest: dict[str, Any]) -> dict[str, Any]:
    """What the API server made of it; a kind that is new is known to it a moment later."""
    async with asyncio.timeout(SECONDS):
        while True:
            try:
                text = await asyncio.to_thread(
                    stack.kubectl,
                    *("apply", "-f", "-", "-o", "json"),
                    stdin=json.dumps(manifest),
                )
            except AssertionError as error:
                if not any(words in str(error) for words in _NOT_YET):
                    raise
                await asyncio.sleep(0.5)
            else:
                made: dict[str, Any] = json.loads(text)
                return made


async def set_status(
    stack: RunningStack, namespace: str, what: str, status: dict[str, Any]
) -> None:
    """Write the status of an object, as its controller would."""
    patch = json.dumps({"status": status})
    place = ("-n", namespace) if namespace else ()
    await kubectl(stack, *place, "patch", what, "--subresource=status", "--type=merge", "-p", patch)


async def troubled_pod(
    stack: RunningStack, namespace: str, name: str, owner: dict[str, Any], **meta: Any
) -> None:
    """A pod that crashes for ever, controlled by `owner`; on no node, so that nothing else
    tells its state."""
    reference = {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
    }
    metadata = {"name": name, "namespace": namespace, "ownerReferences": [reference], **meta}
    spec = {"schedulerName": "nobody", "containers": [{"name": "main", "image": "i"}]}
    await create(stack, {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    crashing = {
        "name": "main",
        "image": "i",
        "imageID": "",
        "ready": False,
        "restartCount": 9,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": {"exitCode": 1, "reason": "Error"}},
    }
    status = {"phase": "Running", "containerStatuses": [crashing]}
    await set_status(stack, namespace, f"pod/{name}", status)


async def problems_of(console: KubernetesFeatures, namespace: str, *names: str) -> dict[str, Any]:
    """The namespace's problems by ``kind/name``, once all of `names` are among them."""
    found: dict[str, Any] = {}

    async def read() -> None:
        for name in _READ:
            await console.source(name).flush()
        rows = console.rows("problems").values()
        mine = {f"{row.kind}/{row.name}": row for row in rows if row.namespace == namespace}
        found.clear()
        found.update(mine)

    try:
        async with asyncio.timeout(SECONDS):
            while not set(names) <= set(found):
                await read()
                await asyncio.sleep(0.1)
    except TimeoutError as error:
        raise AssertionError(f"{names} are not all among {found}") from error
    return found
