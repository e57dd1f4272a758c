"""`/api/v1/etcd/…/{folder,export,key/history}`: folders deleted and exported, and a key's past."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from auth import scope
from auth.principal import Principal
from auth.scope import Scope
from auth.verb import Verb
from backend.audit import Change, Target
from backend.features.keyvalue.editing.exporting import begun, exported
from backend.features.keyvalue.editing.folders import delete_folder, preview_folder
from backend.features.keyvalue.editing.past import history
from backend.features.keyvalue.editing.schemas import (
    FolderBody,
    FolderDeleted,
    FolderPreview,
    KeyHistory,
)
from backend.features.keyvalue.editing.state import Asking, KeyOf, shown
from backend.features.keyvalue.places import Connected, Name, Text, at_key, holds
from backend.features.keyvalue.service import read_key
from backend.http.attempt import Attempt
from backend.http.audited import Audited
from backend.http.documented import UPSTREAM, answers
from backend.http.guard import CurrentPrincipal, require
from backend.http.stepup import Fresh
from backend.http.versions import IfMatch
from integrations.etcd.index import SEPARATOR
from integrations.etcd.integration import INTEGRATION as ETCD
from integrations.etcd.keytext import key_text

__all__ = ["router"]

router = APIRouter(tags=["key-value: changes"], prefix="/etcd/{name}", responses=answers(*UPSTREAM))


def _whole(caller: Principal, name: str, prefix: str) -> Scope:
    path = key_text(read_key(prefix))
    return scope.etcd_key(caller.organisation, name, path.removesuffix(SEPARATOR))


async def at_whole(caller: CurrentPrincipal, name: Name, prefix: Text) -> Scope:
    """Where the folder lies: whoever may something there may it with all that is below."""
    return _whole(caller, name, prefix)


async def at_whole_in(caller: CurrentPrincipal, name: Name, body: FolderBody) -> Scope:
    """Where the folder lies that the body names."""
    return _whole(caller, name, body.prefix)


def _of(upstreams: Connected, name: str, text: str, where: Scope) -> KeyOf:
    return KeyOf(upstreams.find(ETCD, name), read_key(text), where)


@router.get("/folder")
async def preview_folder_deletion(
    name: Name,
    caller: Annotated[Principal, holds("key", Verb.DELETE, at_whole)],
    where: Annotated[Scope, Depends(at_whole)],
    upstreams: Connected,
    prefix: Text,
) -> FolderPreview:
    """What deleting a folder would take, by the quorum."""
    return await preview_folder(Asking(_of(upstreams, name, prefix, where), caller))


@router.post("/folder/delete", dependencies=[Fresh], responses=answers(409))
async def delete_folder_of_keys(
    *,
    name: Name,
    request: Request,
    body: FolderBody,
    caller: Annotated[Principal, holds("key", Verb.DELETE, at_whole_in)],
    where: Annotated[Scope, Depends(at_whole_in)],
    upstreams: Connected,
    if_match: IfMatch = None,
) -> FolderDeleted:
    """Delete all keys of a folder, or none: only if no key of it was written since the preview."""
    of = _of(upstreams, name, body.prefix, where)
    target = Target("key", of.path, f"{name}:{of.path}", where)
    attempt = Attempt(request, caller, "delete-folder", target, right=Verb.DELETE)
    return await delete_folder(Asking(of, caller, if_match), attempt)


@router.get("/export", response_class=StreamingResponse, responses=answers(409))
async def export_folder(
    *,
    name: Name,
    caller: Annotated[Principal, holds("key", Verb.EXPORT, at_whole)],
    where: Annotated[Scope, Depends(at_whole)],
    upstreams: Connected,
    audit: Audited,
    prefix: Text,
) -> StreamingResponse:
    """A folder of keys as one JSON document, as it was at one revision; secrets are left out."""
    require(caller, "key", Verb.GET, where)
    of = _of(upstreams, name, prefix, where)
    revision = await begun(of)
    change = Change.of({"revision": revision}, show={"revision"})
    target = Target("key", of.path, f"{name}:{of.path}", where)
    audit.did("export", target, change=change, right=Verb.EXPORT)
    headers = {"Content-Disposition": f'attachment; filename="keys-{name}-{revision}.json"'}
    return StreamingResponse(exported(of, revision), media_type="application/json", headers=headers)


@router.get("/key/history", dependencies=[holds("key", Verb.GET, at_key)])
async def read_key_history(
    *,
    name: Name,
    where: Annotated[Scope, Depends(at_key)],
    upstreams: Connected,
    key: Text,
    before: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=50)] = 20,
) -> KeyHistory:
    """The revisions of a key that etcd still holds, the newest first."""
    return await history(shown(_of(upstreams, name, key, where)), before, limit)
