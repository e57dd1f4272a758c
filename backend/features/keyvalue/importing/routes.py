"""`/api/v1/etcd/…/import`: what a file of keys would do, and writing it batch by batch."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Request

from auth.principal import Principal
from auth.verb import Verb
from backend.features.keyvalue.importing.document import read_document
from backend.features.keyvalue.importing.planning import Planner
from backend.features.keyvalue.importing.schemas import (
    ImportBatch,
    ImportFile,
    ImportPlan,
    ImportResult,
)
from backend.features.keyvalue.importing.writing import Importing
from backend.features.keyvalue.places import Connected, Name, at_folder, holds
from backend.http.documented import UPSTREAM, answers
from backend.http.stepup import Fresh
from integrations.etcd.integration import INTEGRATION as ETCD

__all__ = ["router"]

_MOST_FILE: Final = 20 * 1024 * 1024
"""The text of a file as a JSON string: its quotes and line ends are escaped once more."""
_MOST_BATCH: Final = 8 * 1024 * 1024

router = APIRouter(
    tags=["key-value: import"], prefix="/etcd/{name}/import", responses=answers(*UPSTREAM)
)
Reader = Annotated[Principal, holds("key", Verb.LIST, at_folder)]


@router.post("/plan", max_body_size=_MOST_FILE)
async def plan_import(
    name: Name, body: ImportFile, caller: Reader, upstreams: Connected
) -> ImportPlan:
    """Try a file of keys: what would be created, changed (with the texts before and after), left as
    it is, and refused, each with the reason. Nothing is written."""
    connection = upstreams.find(ETCD, name)
    document = await asyncio.to_thread(read_document, body.text)
    return await Planner(connection, caller).plan(document)


@router.post("/batch", max_body_size=_MOST_BATCH, dependencies=[Fresh], responses=answers(409))
async def write_import_batch(
    name: Name, request: Request, body: ImportBatch, caller: Reader, upstreams: Connected
) -> ImportResult:
    """Write some keys of a plan in one transaction: each if nobody made, changed or deleted it
    since the plan saw it, by `key:create` or `key:update` on each. One that is there keeps its
    lease."""
    return await Importing(request, upstreams.find(ETCD, name), caller).write(body.items)
