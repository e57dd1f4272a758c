"""An object as actions see it: what makes sense now, what is allowed, what else decides."""

from __future__ import annotations

import asyncio
from typing import Final

from auth.principal import Principal
from auth.scope import Scope
from auth.verb import Verb
from backend.connections.acting import kubernetes_caller
from backend.features.cluster.kinds import permission_kind, permission_of
from backend.features.cluster.operate.action import Offerable
from backend.features.cluster.operate.catalogue import DRAIN, OFFERED
from backend.features.cluster.operate.found import Found
from backend.features.cluster.operate.metadata import taints_of
from backend.features.cluster.operate.notes import notes_on
from backend.features.cluster.operate.placing import place_for
from backend.features.cluster.operate.schemas import Offer, Operable
from backend.features.cluster.operate.workloads import SCALED, SUSPENDED, replicas_of
from backend.features.cluster.text.paths import REPEATED
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.reader import ObjectReader
from integrations.kubernetes.reviews import Attributes

__all__ = ["needed", "operable"]

_LONG: Final = 4096
"""Characters of an annotation's value that are shown; a longer one is not edited in a form."""


def needed(action: Offerable, found_kind: ResourceKind) -> tuple[str, Verb]:
    """The console's right that an action needs: on the object's kind, or on that of what it
    makes."""
    upstream = action.upstream
    if upstream.resource and action is not DRAIN:
        return permission_of(upstream.resource, upstream.group), action.verb
    return permission_kind(found_kind), action.verb


async def operable(
    connection: KubernetesConnection, caller: Principal, found: Found, where: Scope
) -> Operable:
    """The object with its offers: for each action that makes sense as it stands, whether both the
    console and the cluster allow it."""
    client = connection.client
    reader = ObjectReader(client, kubernetes_caller(caller, client.settings, found.namespace))
    suitable = [a for a in OFFERED if a.suits(found.kind) and a.applies(found)]
    offers, notes = await asyncio.gather(
        asyncio.gather(*(_offer(connection, caller, action, found, where) for action in suitable)),
        notes_on(reader, found),
    )
    return _plain(found).model_copy(update={"offers": list(offers), "notes": notes})


async def _offer(
    connection: KubernetesConnection,
    caller: Principal,
    action: Offerable,
    found: Found,
    where: Scope,
) -> Offer:
    kind, verb = needed(action, found.kind)
    if not caller.policy.decide(kind, verb, place_for(action, found.kind.plural, where)).allowed:
        why = f"Your roles here lack the right {kind}:{verb}."
        return Offer(id=action.id, allowed=False, why=why)
    as_ = kubernetes_caller(caller, connection.client.settings, found.namespace)
    if as_ is None:
        return Offer(id=action.id, allowed=True)
    asked = action.upstream
    verdict = await connection.reviews.decide(
        as_,
        Attributes(
            asked.verb,
            asked.resource or found.kind.plural,
            asked.group if asked.resource else found.kind.group,
            asked.subresource,
            found.namespace,
            "" if asked.resource else found.name,
        ),
    )
    if verdict.allowed:
        return Offer(id=action.id, allowed=True)
    why = verdict.reason if verdict.failed else ""
    sentence = f"The cluster {connection.settings.name} does not allow it to you"
    return Offer(id=action.id, allowed=False, why=f"{sentence}: {why}." if why else f"{sentence}.")


def _plain(found: Found) -> Operable:
    plural = found.kind.plural if not found.kind.custom else ""
    spec = found.spec
    return Operable(
        version=found.version,
        kind=found.kind.kind,
        name=found.name,
        namespace=found.namespace,
        offers=[],
        replicas=replicas_of(found) if plural in SCALED else None,
        paused=bool(spec.get("paused")) if plural == "deployments" else None,
        suspended=bool(spec.get("suspend")) if plural in SUSPENDED else None,
        unschedulable=bool(spec.get("unschedulable")) if plural == "nodes" else None,
        taints=taints_of(found) if plural == "nodes" else None,
        labels=found.labels,
        annotations={
            name: value
            for name, value in found.annotations.items()
            if name != REPEATED and len(value) <= _LONG
        },
    )
