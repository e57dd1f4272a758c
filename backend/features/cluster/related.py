"""What has to do with an object: its owners, its pods, the services that reach it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from backend.features.cluster.describe import describe
from backend.features.cluster.schemas import Ref, Related
from integrations.contract import NotFound, UpstreamDenied
from integrations.kubernetes import KINDS, ResourceKind
from integrations.kubernetes.models import core, network, pods, storage, workloads
from integrations.kubernetes.models.meta import seconds
from integrations.kubernetes.reader import ObjectReader
from integrations.kubernetes.summaries.selectors import selector_text, selects

__all__ = ["Sees", "ref_of", "related_to"]

Sees = Callable[[ResourceKind, str, str], bool]
"""Whether the caller may see the object of this kind, namespace and name."""

LISTED: Final = 200
_REPLICATED: Final = (
    workloads.ReplicaSet,
    workloads.StatefulSet,
    workloads.DaemonSet,
    workloads.Job,
)


async def related_to(reader: ObjectReader, found: Any, sees: Sees) -> AsyncIterator[Related]:
    """Groups of related objects. Raises what the upstream raises."""
    if isinstance(found, pods.Pod):
        groups = _of_pod(reader, found, sees)
    elif isinstance(found, core.Node):
        groups = _of_node(reader, found)
    elif isinstance(found, network.Service):
        groups = _of_service(reader, found)
    elif isinstance(found, workloads.CronJob):
        groups = _of_cron_job(reader, found)
    elif isinstance(found, (workloads.Deployment, *_REPLICATED)):
        groups = _of_workload(reader, found)
    elif isinstance(found, storage.PersistentVolumeClaim):
        groups = _of_claim(reader, found)
    elif isinstance(found, network.Ingress):
        groups = _of_ingress(reader, found)
    else:
        groups = _by_name(found)
    async for group in groups:
        group.items = [i for i in group.items if sees(KINDS[i.plural], i.namespace, i.name)]
        if group.items:
            yield group


async def _of_pod(reader: ObjectReader, pod: pods.Pod, sees: Sees) -> AsyncIterator[Related]:
    node, meta = pod.spec.node_name, pod.metadata
    if node and sees(KINDS["nodes"], "", node):
        try:
            ref = ref_of(KINDS["nodes"], await reader.get(KINDS["nodes"], "", node))
        except NotFound:
            ref = Ref(kind="Node", plural="nodes", namespace="", name=node, status="Deleted")
        yield Related(title="Machine", items=[ref])
    page = await reader.list_page(KINDS["services"], meta.namespace, limit=LISTED)
    reached = [s for s in page.items if selects(s.spec.selector, meta.labels)]
    yield Related(title="Services", items=[ref_of(KINDS["services"], s) for s in reached])


async def _of_node(reader: ObjectReader, node: core.Node) -> AsyncIterator[Related]:
    yield await _pods(reader, "", fields=f"spec.nodeName={node.metadata.name}")


async def _of_service(reader: ObjectReader, service: network.Service) -> AsyncIterator[Related]:
    meta = service.metadata
    if service.spec.selector:
        chosen = ",".join(f"{k}={v}" for k, v in service.spec.selector.items())
        yield await _pods(reader, meta.namespace, labels=chosen)
    label = f"kubernetes.io/service-name={meta.name}"
    slices = KINDS["endpointslices"]
    page = await reader.list_page(slices, meta.namespace, limit=LISTED, labels=label)
    yield Related(title="Endpoint slices", items=[ref_of(slices, s) for s in page.items])


async def _of_cron_job(reader: ObjectReader, found: workloads.CronJob) -> AsyncIterator[Related]:
    meta = found.metadata
    page = await reader.list_page(KINDS["jobs"], meta.namespace, limit=LISTED)
    yield _owned(KINDS["jobs"], "Jobs", page, meta.uid)


async def _of_workload(reader: ObjectReader, found: Any) -> AsyncIterator[Related]:
    meta, selector = found.metadata, selector_text(found.spec.selector)
    if not selector:
        return
    if isinstance(found, workloads.Deployment):
        sets = KINDS["replicasets"]
        page = await reader.list_page(sets, meta.namespace, limit=LISTED, labels=selector)
        yield _owned(sets, "Replica sets", page, meta.uid)
    page = await reader.list_page(KINDS["pods"], meta.namespace, limit=LISTED, labels=selector)
    yield _related_pods(page)
    names = dict.fromkeys(sorted(pod.spec.node_name for pod in page.items if pod.spec.node_name))
    nodes = [Ref(kind="Node", plural="nodes", namespace="", name=name) for name in names]
    yield Related(title="Machines", items=nodes)
    template = found.spec.template.metadata.labels
    services = await reader.list_page(KINDS["services"], meta.namespace, limit=LISTED)
    reached = [s for s in services.items if selects(s.spec.selector, template)]
    yield Related(title="Services", items=[ref_of(KINDS["services"], s) for s in reached])


async def _of_claim(
    reader: ObjectReader, claim: storage.PersistentVolumeClaim
) -> AsyncIterator[Related]:
    name, volumes = claim.spec.volume_name, KINDS["persistentvolumes"]
    if not name:
        return
    ref = Ref(kind=volumes.kind, plural=volumes.plural, namespace="", name=name)
    try:
        ref = ref_of(volumes, await reader.get(volumes, "", name))
    except NotFound:
        ref.status, ref.healthy, ref.reason = "Missing", False, f"There is no volume {name}"
    except UpstreamDenied:
        pass  # what the claim says itself is its own to tell
    yield Related(title="Volume", items=[ref])


async def _of_ingress(reader: ObjectReader, found: network.Ingress) -> AsyncIterator[Related]:
    """The services it leads to; those that are not there are told so, if that can be read."""
    names = dict.fromkeys(b.service.name for b in found.backends if b.service)
    if not names:
        return
    kind, space = KINDS["services"], found.metadata.namespace
    refs = [Ref(kind=kind.kind, plural=kind.plural, namespace=space, name=n) for n in names]
    try:
        page = await reader.list_page(kind, space, limit=LISTED)
    except UpstreamDenied:
        yield Related(title="Services", items=refs)
        return
    there = {service.metadata.name for service in page.items}
    for ref in refs:
        if ref.name not in there and not page.next:
            ref.status, ref.healthy = "Missing", False
            ref.reason = f"There is no service {ref.name}"
    yield Related(title="Services", items=refs)


async def _by_name(found: Any) -> AsyncIterator[Related]:
    """Objects that are only named, not read."""
    if isinstance(found, storage.PersistentVolume) and found.spec.claim_ref:
        claim = found.spec.claim_ref
        plural = "persistentvolumeclaims"
        ref = Ref(
            kind="PersistentVolumeClaim", plural=plural, namespace=claim.namespace, name=claim.name
        )
        yield Related(title="Claim", items=[ref])


async def _pods(reader: ObjectReader, namespace: str, **selectors: str) -> Related:
    page = await reader.list_page(KINDS["pods"], namespace, limit=LISTED, **selectors)  # type: ignore[arg-type]  # labels or fields
    return _related_pods(page)


def _related_pods(page: Any) -> Related:
    """The worst first."""
    items = [ref_of(KINDS["pods"], pod) for pod in page.items]
    items.sort(key=lambda ref: (ref.healthy is not False, ref.namespace, ref.name))
    return Related(title="Pods", items=items, more=bool(page.next))


def _owned(kind: ResourceKind, title: str, page: Any, uid: str) -> Related:
    mine = [i for i in page.items if any(o.uid == uid for o in i.metadata.owner_references)]
    mine.sort(key=lambda item: seconds(item.metadata.creation_timestamp) or 0.0, reverse=True)
    return Related(title=title, items=[ref_of(kind, i) for i in mine], more=bool(page.next))


def ref_of(kind: ResourceKind, found: Any) -> Ref:
    """Another object of a watched kind, with its state."""
    words = describe(found)
    return Ref(
        kind=kind.kind,
        plural=kind.plural,
        namespace=found.metadata.namespace,
        name=found.metadata.name,
        status=words.status or None,
        healthy=words.healthy,
        reason="" if words.healthy else words.summary,
    )
