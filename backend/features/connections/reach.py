"""Which changes of one connection reach beyond its system, and who may make them.

Whoever owns one system may change how the console gets to it. The console's own credentials,
and a limit that somebody put on a connection, are not the system's to give: they are changed
by who may connect systems for the whole organisation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.principal import Principal
from auth.scope import organisation
from auth.verb import Verb
from backend.audit import Target
from backend.connections.table import ConnectionRow
from backend.errors import FieldError, Forbidden
from backend.features.connections.rights import SETTINGS_KIND
from backend.features.connections.views import stored_values
from backend.http.denial import Denial
from integrations.form import Way

__all__ = ["differs", "require_reach"]


def require_reach(
    caller: Principal, row: ConnectionRow, way: Way, values: Mapping[str, Any]
) -> None:
    """Let the change pass, or raise a recorded 403 that names what may not be changed."""
    where = organisation(caller.organisation)
    fields = _beyond(row, way, values)
    if not fields or caller.policy.decide(SETTINGS_KIND, Verb.CREATE, where).allowed:
        return
    message = "only who may connect systems for the whole organisation may change this"
    errors: list[FieldError] = [{"field": field, "message": message} for field in fields]
    problem = Forbidden(
        f"You may change this connection, but not its {' and '.join(fields)}: that needs the "
        "right to connect systems for the whole organisation, which an owner of it can grant.",
        errors=errors,
        needs={"kind": SETTINGS_KIND, "verb": Verb.CREATE.value},
    )
    target = Target(SETTINGS_KIND, row.id, f"{row.kind}/{row.name}", where)
    problem.denial = Denial(caller, Verb.CREATE, target)
    raise problem


def differs(field: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Whether a field holds something else; an empty one equals an absent one."""
    return (before.get(field) or None) != (now.get(field) or None)


def _beyond(row: ConnectionRow, way: Way, values: Mapping[str, Any]) -> list[str]:
    if way.preset and row.way != way.id:
        return ["way"]
    before = stored_values(row)
    return [f.id for f in way.fields if f.limits and differs(f.id, before, values)]
