"""That somebody downloaded a list is recorded: as long as a file exists, nobody else can tell who
may have read it."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from auth.principal import Principal
from auth.scope import organisation
from auth.verb import Verb
from backend.audit import Exports, Origin, Target
from backend.live.collection import Collection
from backend.live.export import Form
from backend.parts import parts_of

__all__ = ["record_export"]

_ASKED: Final = ("filter", "labels", "q", "team", "cols")
_WORDS: Final = {
    "filter": "where",
    "labels": "with labels",
    "q": "searched for",
    "team": "owned by",
    "cols": "only",
}
_MOST: Final = 1000


async def record_export(
    request: Request, caller: Principal, collection: Collection, form: Form
) -> None:
    """Record it before the first line is sent: a download that breaks off has told what it has."""
    exports = parts_of(request).find(Exports)
    if exports is None:
        return
    place = organisation(caller.organisation)
    target = Target(collection.kind, collection.name, collection.title, place)
    asked = request.query_params
    parts = [
        f"{_WORDS[name]} {', '.join(asked.getlist(name))}" for name in _ASKED if asked.get(name)
    ]
    detail = f"As {form.upper()}{': ' if parts else ''}{'; '.join(parts)}"
    binding = caller.policy.decide(collection.kind, Verb.LIST, place).binding or ""
    origin = Origin.of(caller).over(request)
    await exports.record(origin, "export", target, detail[:_MOST], binding=binding)
