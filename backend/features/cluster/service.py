"""Reading one object on demand, with everything its page shows, in parallel and in time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from auth.principal import Principal
from auth.role import Verb
from backend.errors import NotFoundProblem
from backend.features.cluster.conditions import conditions
from backend.features.cluster.containers import containers_of
from backend.features.cluster.custom import custom_summary
from backend.features.cluster.deletion import with_deletion
from backend.features.cluster.describe import describe
from backend.features.cluster.devices import device_facts
from backend.features.cluster.kinds import DEFINITION, permission_kind, scope_of
from backend.features.cluster.owners import owners_of
from backend.features.cluster.quota import quota_facts
from backend.features.cluster.related import Sees, related_to
from backend.features.cluster.schemas import Detail, EventView, Ref, Related
from backend.features.cluster.unread import unread_parts
from backend.http.guard import no_such, require
from integrations.contract import IntegrationError, NotFound
from integrations.kubernetes import KINDS, ResourceKind, custom_kind
from integrations.kubernetes.discovery import built_in_kind
from integrations.kubernetes.models.core import Event, Node
from integrations.kubernetes.models.meta import Metadata, seconds
from integrations.kubernetes.models.pods import Pod
from integrations.kubernetes.reader import ObjectReader
from integrations.kubernetes.summaries.events import event_count, event_severity, event_times
from integrations.kubernetes.summaries.nodes import is_simulated

__all__ = ["missing_alike", "permitted", "read_detail", "read_yaml", "resolve", "whole_kind"]

_NOISE: Final = "kubectl.kubernetes.io/last-applied-configuration"
_MESSAGE: Final = 2000
_PROBLEMS: Final = frozenset({"Degraded", "Failed", "Progressing"})


def permitted(
    caller: Principal, cluster: str, plural: str, namespace: str, name: str
) -> ResourceKind:
    """The kind called `plural` (``plural.group`` for those without rows, if they have a group), if
    the caller may see the object; 404 otherwise. Nothing is asked for it, not even whether the
    cluster exists.

    Of a kind without rows only plural and group are known yet: see `resolve`.
    """
    plural = "nodes" if plural == "machines" else plural
    kind = KINDS.get(plural)
    if kind is None:
        short, _, group = plural.partition(".")
        kind = ResourceKind(short, "", group, "", Metadata, namespaced=bool(namespace))
    if kind.namespaced != bool(namespace):
        raise NotFoundProblem(no_such("object"))
    where = scope_of(caller.organisation, cluster, kind, namespace, name)
    require(caller, permission_kind(kind), Verb.GET, where, "object")
    return kind


async def resolve(reader: ObjectReader, kind: ResourceKind) -> ResourceKind:
    """The whole kind; which kinds a cluster has is no secret of it, so it is asked by the
    connection itself. 404 for a custom one that lies elsewhere than the caller was permitted:
    a right in a namespace is none on objects of the whole cluster."""
    if kind.version:
        return kind
    return await whole_kind(reader, f"{kind.plural}.{kind.group}", namespaced=kind.namespaced)


async def whole_kind(
    reader: ObjectReader, definition: str, *, namespaced: bool | None
) -> ResourceKind:
    """The kind that a definition adds, or that Kubernetes brings along without one; 404 where
    there is none, or none of that scope."""
    found: ResourceKind | None
    try:
        found = custom_kind(await reader.client.get(KINDS[DEFINITION], "", definition))
    except NotFound:
        plural, _, group = definition.partition(".")
        found = await built_in_kind(reader.client.api, group, plural)
    if found is None or (namespaced is not None and found.namespaced != namespaced):
        raise NotFoundProblem(no_such("object"))
    return found


async def read_detail(
    reader: ObjectReader, caller: Principal, kind: ResourceKind, namespace: str, name: str
) -> Detail:
    """Everything the page shows; parts that fail are named in `missing`, not fatal."""
    with missing_alike():
        raw, found, faults = await reader.read(kind, namespace, name)
    meta = found.metadata
    cluster = reader.cluster
    sees = _sight(caller, cluster)
    missing = unread_parts(raw, kind, faults)

    async def attempt(what: str, reading: Any, otherwise: Any) -> Any:
        try:
            return await reading
        except IntegrationError as error:
            missing.append(f"{what} could not be read: {error.message}")
            return otherwise

    owners, related, events, simulated, quota, devices = await asyncio.gather(
        attempt("Its owners", owners_of(reader, meta, sees), []),
        attempt("Related objects", _all_related(reader, found, sees), []),
        attempt("Its events", _events(reader, sees, kind, meta), []),
        attempt("Its machine", _simulated(reader, found), False),
        attempt("Its quota", quota_facts(reader, found), []),
        attempt("What its pods request", device_facts(reader, found, sees), []),
    )
    words = custom_summary(kind, raw) if kind.custom else describe(found)
    words = with_deletion(words, raw, found)
    summary, because = _explained(words.status, words.summary, related)
    return Detail(
        cluster=cluster,
        kind=kind.kind,
        plural=kind.plural,
        api_version=kind.api_version,
        namespace=meta.namespace,
        name=meta.name,
        uid=meta.uid,
        created=seconds(meta.creation_timestamp),
        deleting=meta.deletion_timestamp is not None,
        simulated=simulated,
        status=words.status,
        healthy=words.healthy,
        summary=summary,
        because=because,
        facts=[*words.fact_views(), *quota, *devices],
        owners=owners,
        related=related,
        conditions=conditions(raw, kind),
        containers=containers_of(found),
        labels=meta.labels,
        annotations=_annotations(raw),
        events=events,
        missing=missing,
    )


async def read_yaml(reader: ObjectReader, kind: ResourceKind, namespace: str, name: str) -> str:
    """The object as YAML, without `managedFields`; of secrets and config maps the metadata."""
    with missing_alike():
        text = await reader.yaml(kind, namespace, name)
    if kind.metadata_only:
        return f"# Only the metadata: this console never reads the values of {kind.plural}.\n{text}"
    return text


@contextmanager
def missing_alike() -> Iterator[None]:
    """One answer for a missing definition and a missing object: who may see neither must not
    learn which of them there is."""
    try:
        yield
    except NotFound as error:
        raise NotFoundProblem(no_such("object")) from error


def _sight(caller: Principal, cluster: str) -> Sees:
    def sees(kind: ResourceKind, namespace: str, name: str) -> bool:
        where = scope_of(caller.organisation, cluster, kind, namespace, name)
        return caller.policy.decide(permission_kind(kind), Verb.GET, where).allowed

    return sees


async def _all_related(reader: ObjectReader, found: Any, sees: Sees) -> list[Related]:
    return [group async for group in related_to(reader, found, sees)]


async def _events(
    reader: ObjectReader, sees: Sees, kind: ResourceKind, meta: Any
) -> list[EventView]:
    if not sees(KINDS["events"], meta.namespace, ""):
        return []
    # Events about a node carry its name as uid; about everything else, the real one.
    uid = "" if kind.plural == "nodes" else meta.uid
    found = await reader.events_of(meta.namespace, meta.name, uid)
    mine = [event for event in found if event.involved_object.kind == kind.kind]
    return sorted((_event(event) for event in mine), key=lambda e: e.last, reverse=True)


def _event(event: Event) -> EventView:
    times = event_times(event)
    return EventView(
        severity=event_severity(event),
        reason=event.reason,
        message=event.message[:_MESSAGE],
        count=event_count(event),
        first=times.first,
        last=times.last,
        reporter=event.reporting_component or event.source.component,
    )


async def _simulated(reader: ObjectReader, found: Any) -> bool:
    """Whether KWOK plays this node, or the node of this pod: a mark on what is shown, not
    something of the node, so it is read by the connection itself."""
    if isinstance(found, Pod):
        if not found.spec.node_name:
            return False
        try:
            found = await reader.client.get(KINDS["nodes"], "", found.spec.node_name)
        except NotFound:
            return False
    return isinstance(found, Node) and is_simulated(found)


def _explained(status: str, summary: str, related: list[Related]) -> tuple[str, Ref | None]:
    """A workload that is short is explained by the first of its pods that is not well, which
    is told too."""
    pods = [ref for group in related if group.title == "Pods" for ref in group.items]
    troubled = [ref for ref in pods if ref.reason]
    if status not in _PROBLEMS or not troubled:
        return (summary, None)
    first = troubled[0]
    alike = sum(ref.status == first.status for ref in troubled)
    pods_alike = f" ({alike} pods)" if alike > 1 else ""
    others = len(troubled) - alike
    more = f"; {others} more otherwise not well" if others else ""
    return (f"{summary}. {first.reason}{pods_alike}{more}", first)


def _annotations(raw: dict[str, Any]) -> dict[str, str]:
    found = raw.get("metadata", {}).get("annotations")
    if not isinstance(found, dict):
        return {}
    return {name: str(value) for name, value in found.items() if name != _NOISE}
