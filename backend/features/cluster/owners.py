"""Who made an object: the chain of its controllers, over custom resources too."""

from __future__ import annotations

from typing import Final

from backend.features.cluster.custom import custom_summary
from backend.features.cluster.describe import describe
from backend.features.cluster.related import Sees
from backend.features.cluster.schemas import Ref
from integrations.contract import IntegrationError, NotFound
from integrations.kubernetes import ResourceKind, kind_of
from integrations.kubernetes.discovery import kind_called
from integrations.kubernetes.models.meta import Meta, Owner, controller
from integrations.kubernetes.reader import ObjectReader

__all__ = ["owners_of"]

MAX_OWNERS: Final = 5


async def owners_of(reader: ObjectReader, meta: Meta, sees: Sees) -> list[Ref]:
    """The chain of controllers, direct owner first, as far as it can be read and seen.

    An owner is the object with the uid that is named: one made again under the same name, or of
    a kind of another group that is called alike, is not it.
    """
    chain: list[Ref] = []
    current: Meta | None = meta
    while current is not None and len(chain) < MAX_OWNERS:
        owner = controller(current)
        if owner is None:
            break
        kind = await _kind_of(reader, owner)
        namespaced = kind is None or kind.namespaced
        ref = Ref(
            kind=owner.kind,
            group=owner.group,
            plural=kind.address if kind else "",
            namespace=meta.namespace if namespaced else "",
            name=owner.name,
        )
        chain.append(ref)
        if kind is None or not sees(kind, ref.namespace, owner.name):
            break
        current = await _read(reader, kind, owner, ref)
    return chain


async def _kind_of(reader: ObjectReader, owner: Owner) -> ResourceKind | None:
    """Which kinds a cluster has is no secret of it: it is asked by the connection itself. None,
    and no link, where it cannot be told."""
    kind = kind_of(owner.api_version, owner.kind)
    if kind is not None:
        return kind
    try:
        found = await reader.client.custom_kind_of(owner.api_version, owner.kind)
        return found or await kind_called(reader.client.api, owner.group, owner.kind)
    except IntegrationError:
        return None


async def _read(reader: ObjectReader, kind: ResourceKind, owner: Owner, ref: Ref) -> Meta | None:
    """The owner's metadata, and its state in `ref`; None where it is there no more."""
    try:
        raw, found, _ = await reader.read(kind, ref.namespace, owner.name)
    except NotFound:
        found = None
    if found is None or (owner.uid and found.metadata.uid != owner.uid):
        ref.status, ref.healthy = "Deleted", None
        return None
    words = custom_summary(kind, raw) if kind.custom else describe(found)
    ref.status, ref.healthy = words.status or None, words.healthy
    ref.reason = "" if words.healthy else words.summary
    meta: Meta = found.metadata
    return meta
