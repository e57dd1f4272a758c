"""Compile a user's bindings into the principal that routes and streams see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from auth.binding import Binding
from auth.policy import Policy
from auth.principal import Principal
from auth.role import Role
from auth.scope import InvalidScopeError, parse
from backend.db.identity import BindingRecord, SessionRecord, UserRecord

__all__ = ["make_principal"]


def make_principal(
    user: UserRecord,
    session: SessionRecord,
    bindings: Iterable[BindingRecord],
    *,
    roles: Mapping[str, Role],
    organisation: str,
    epoch: int,
) -> Principal:
    """The caller of `session` with the rights in force at `epoch`."""
    compiled = [b for record in bindings if (b := _compile(record, roles))]
    return Principal(
        id=user.id,
        login=user.login,
        name=user.name,
        organisation=organisation,
        policy=Policy(tuple(compiled), epoch),
        session=session.id,
    )


def _compile(record: BindingRecord, roles: Mapping[str, Role]) -> Binding | None:
    """A binding to a role or scope this release does not know grants nothing."""
    role = roles.get(record.role)
    try:
        scope = parse(record.scope)
    except InvalidScopeError:
        return None
    return Binding(record.id, record.user_id, role, scope) if role else None
