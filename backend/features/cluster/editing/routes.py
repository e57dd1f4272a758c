"""`/api/v1/clusters/…`: an object's text to edit, merging, creating, and what fields there are.

Saving an edited text is an action as the others are (`operate`): ``POST …/{object}/edit``.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from auth.principal import Principal
from auth.verb import Verb
from backend.connections.acting import kubernetes_caller
from backend.connections.upstreams import Upstreams
from backend.errors import NotFoundProblem, Unprocessable
from backend.features.cluster.editing.creating import Creator, chosen
from backend.features.cluster.editing.schemas import (
    ClashView,
    Creation,
    DocumentView,
    KindSchema,
    Making,
    Merge,
    MergeView,
)
from backend.features.cluster.kinds import permission_kind
from backend.features.cluster.kubectl.deciding import may_reach
from backend.features.cluster.operate.changes import differences, told
from backend.features.cluster.operate.edit import NOT_AS_TEXT, TEXT_BYTES, one_manifest, whole_of
from backend.features.cluster.operate.found import Found
from backend.features.cluster.operate.managers import owners_by_path, with_managers, words_of
from backend.features.cluster.operate.performing import Asking, find
from backend.features.cluster.operate.routes import Connected, DryRun, Name, asking_of
from backend.features.cluster.service import missing_alike
from backend.features.cluster.text.editable import editable
from backend.features.cluster.text.manifests import manifests
from backend.features.cluster.text.merging import Clash, merge
from backend.http.documented import UPSTREAM, answers
from backend.http.guard import Decides, no_such, require
from backend.parts import part
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.integration import INTEGRATION as KUBERNETES
from integrations.kubernetes.models.meta import Metadata
from integrations.kubernetes.openapi import KindSchemas
from integrations.kubernetes.yamltext import to_yaml

__all__ = ["router"]

OBJECT = "/{kind}/{namespace}/{name}"
_VALUE = 2000
MOST_CLASHES = 1000
"""As many can be chosen for."""
Editor = Annotated[Principal, Decides("update on the kind in the path, in the object's namespace")]
Maker = Annotated[Principal, Decides("create on each object's kind, where it would lie")]
Schemas = Annotated[KindSchemas, part(KindSchemas)]

router = APIRouter(
    tags=["kubernetes: editing"], prefix="/clusters/{cluster}", responses=answers(*UPSTREAM)
)


async def _editing(
    caller: Principal, upstreams: Upstreams, place: tuple[str, str, str, str]
) -> tuple[Asking, Found]:
    """The object with what can be edited of it, for who may."""
    asking = await asking_of(caller, upstreams, place)
    if asking.kind.plural in NOT_AS_TEXT and not asking.kind.custom:
        raise NotFoundProblem(f"A {asking.kind.kind} is not edited as text here.")
    require(caller, permission_kind(asking.kind), Verb.UPDATE, asking.where, "object")
    found = await find(asking)
    with missing_alike():
        return asking, await whole_of(asking.reader, found)


@router.get(f"{OBJECT}/document")
async def read_document(
    caller: Editor, upstreams: Connected, *, cluster: Name, kind: Name, namespace: Name, name: Name
) -> DocumentView:
    """The object as text to edit; config maps with their values, which nobody else is shown."""
    _, found = await _editing(caller, upstreams, (cluster, kind, namespace, name))
    text = await asyncio.to_thread(to_yaml, editable(found.raw))
    owned = owners_by_path(found.raw)
    return DocumentView(
        version=found.version,
        yaml=text,
        owners={path: words_of(owners) for path, owners in owned.items()},
    )


@router.post(f"{OBJECT}/merge", max_body_size=TEXT_BYTES)
async def merge_document(
    caller: Editor,
    upstreams: Connected,
    body: Merge,
    *,
    cluster: Name,
    kind: Name,
    namespace: Name,
    name: Name,
) -> MergeView:
    """An edit put on the object as it is now. Changes nothing."""
    _, found = await _editing(caller, upstreams, (cluster, kind, namespace, name))
    return await asyncio.to_thread(_merge_view, found, body)


def _merge_view(found: Found, body: Merge) -> MergeView:
    base = one_manifest(body.base, found, "base").value
    mine = one_manifest(body.yaml, found, "yaml").value
    now = editable(found.raw)
    merged = merge(base, now, mine, give_way=body.theirs)
    their = told(with_managers(differences(base, now), found.raw))
    own = told(differences(base, mine))
    return MergeView(
        version=found.version,
        base=to_yaml(now),
        yaml=to_yaml(merged.value),
        theirs=their["changes"],
        more_theirs=their["more_changes"],
        mine=own["changes"],
        more_mine=own["more_changes"],
        clashes=[_clash(one) for one in merged.clashes[:MOST_CLASHES]],
        changed_by=sorted({name for one in their["changes"] for name in one.managers}),
    )


def _clash(clash: Clash) -> ClashView:
    return ClashView(
        path=clash.path,
        base=_words(clash.base),
        theirs=_words(clash.theirs),
        mine=_words(clash.mine),
    )


def _words(value: object) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= _VALUE else text[:_VALUE] + "…"


@router.get("/schemas", response_model=KindSchema)
async def read_schema(
    caller: Annotated[Principal, Decides("anything held in the cluster")],
    upstreams: Connected,
    schemas: Schemas,
    *,
    cluster: Name,
    api_version: Annotated[str, Query(max_length=320)],
    kind: Annotated[str, Query(max_length=63)],
) -> Response:
    """The fields of a kind, named as manifests do, as the cluster describes them."""
    connection = _reached(caller, upstreams, cluster)
    group, _, version = api_version.rpartition("/")
    wanted = ResourceKind("", kind, group, version, Metadata)
    as_ = kubernetes_caller(caller, connection.client.settings, "")
    found = await schemas.of(connection.client.api, wanted, as_=as_)
    return Response(found, media_type="application/json")


@router.post("/objects", max_body_size=TEXT_BYTES)
async def create_objects(
    request: Request,
    caller: Maker,
    upstreams: Connected,
    body: Creation,
    *,
    cluster: Name,
    dry_run: Annotated[DryRun, Query()] = False,
) -> Making:
    """Create the objects of a text in its order, each for itself; what exists is not touched.
    Nothing is sent while the caller lacks the right to one of them."""
    connection = _reached(caller, upstreams, cluster)
    found = await asyncio.to_thread(manifests, body.yaml)
    if not found:
        raise Unprocessable(
            "There is no object in this text.",
            errors=[{"field": "yaml", "message": "There is no object in this text."}],
        )
    creator = Creator(request, caller, connection)
    planned = chosen(await creator.plan(found, body.namespace), body.only)
    if not dry_run:
        creator.check(planned)
    return Making(dry_run=dry_run, objects=await creator.make(planned, dry_run=dry_run))


def _reached(caller: Principal, upstreams: Upstreams, cluster: str) -> KubernetesConnection:
    """404 for who holds nothing there, as for a cluster that is not there."""
    connection = upstreams.get(KUBERNETES, cluster)
    if connection is None or not may_reach(caller, cluster):
        raise NotFoundProblem(no_such("cluster"))
    return connection
