"""One record of what people do: their changes of the update service move from its own table to
the audit record, where most of them stand already. What is left there is what the fleet did, and
the table is named so."""

import json
import uuid
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NEAR = 10.0
"""Seconds between an event and the audit entry of the same change."""

_ACTIONS = {
    6: ("update-channel", "update"),
    7: ("update-group", "pause"),
    8: ("update-group", "resume"),
    9: ("update-group", "abort"),
    12: ("update-group", "set-policy"),
    13: ("update-instance", "move"),
}
"""What each kind of event by people is called in the audit record."""

_SELECT = sa.text(
    "SELECT e.id, e.at, e.kind, coalesce(e.application_id, g.application_id), e.group_id,"
    " e.channel_id, e.release, e.detail, g.name, c.name FROM omaha_activity e"
    " LEFT JOIN omaha_group g ON g.id = e.group_id"
    " LEFT JOIN omaha_channel c ON c.id = e.channel_id"
    " WHERE e.kind IN (6, 7, 8, 9, 12, 13) AND e.id > :after ORDER BY e.id LIMIT 1000"
)
_THERE = sa.text(
    "SELECT count(*) FROM audit_entry WHERE at BETWEEN :low AND :high AND target_kind = :kind"
    " AND target_id = :id"
)
_INSERT = sa.text(
    "INSERT INTO audit_entry (key, at, organisation, actor, subject_kind, subject_id,"
    " credential_kind, credential_id, address, request, action, decision, binding, outcome,"
    " target_kind, target_id, target, scope, detail, change, times, previous_hash, hash)"
    " VALUES (:key, :at, :organisation, '(not recorded)', 'unknown', '', '', '', '', '', :action,"
    " 'allowed', '', 'success', :kind, :id, :target, :scope, :detail, :change, 1, '', '')"
)


def upgrade() -> None:
    _carry(op.get_bind())
    op.execute("DELETE FROM omaha_activity WHERE kind IN (6, 7, 8, 9, 12, 13)")
    _rename("omaha_activity", "omaha_event")


def downgrade() -> None:
    _rename("omaha_event", "omaha_activity")


def _rename(old: str, new: str) -> None:
    for name in ("at", "group"):
        op.drop_index(f"ix_{old}_{name}", old)
    op.rename_table(old, new)
    op.create_index(f"ix_{new}_at", new, ["at"])
    op.create_index(f"ix_{new}_group", new, ["group_id", "id"])


def _carry(db: sa.Connection) -> None:
    """Write the entries that are not there yet. Who it was is not known: nobody kept it."""
    first = db.execute(sa.text("SELECT scope FROM role_binding ORDER BY scope LIMIT 1")).scalar()
    organisation = first.split("/")[1] if first else "main"
    after = 0
    while found := db.execute(_SELECT, {"after": after}).all():
        after = found[-1][0]
        entries = [_entry(row, organisation) for row in found]
        fresh = [entry for entry in entries if not _is_there(db, entry)]
        if fresh:
            db.execute(_INSERT, fresh)


def _entry(row: Any, organisation: str) -> dict[str, Any]:
    _, at, number, application, group, channel, release, detail, of_group, of_channel = row
    kind, verb = _ACTIONS[number]
    scope = f"org/{organisation}/updates"
    if application is not None:
        scope += f"/{application}"
    if group is not None and number != 6:
        scope += f"/group/{group}"
    return {
        "key": f"{int(at * 1000):012x}-{uuid.uuid4().hex}", "at": at,
        "organisation": organisation, "action": f"{kind}:{verb}", "kind": kind,
        "id": str((channel if number == 6 else group) or ""),
        "target": (of_channel if number == 6 else of_group) or "", "scope": scope,
        "detail": detail, "change": json.dumps({"release": release}) if release else "",
    }  # fmt: skip


def _is_there(db: sa.Connection, entry: dict[str, Any]) -> bool:
    at = entry["at"]
    near = {"low": at - _NEAR, "high": at + _NEAR}
    found = db.execute(_THERE, {**near, "kind": entry["kind"], "id": entry["id"]})
    return bool(found.scalar())
