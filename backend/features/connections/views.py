"""Connections as the routes show them."""

from __future__ import annotations

from typing import Any

from backend.connections.manager import Declared
from backend.connections.table import ConnectionRow
from backend.features.connections.rows import connection_row
from backend.features.connections.schemas import (
    CertificateView,
    ConnectionView,
    FieldOption,
    FieldView,
    KindView,
    SecretView,
    WayView,
)
from backend.secrets.store import SecretState
from integrations.contract import Integration
from integrations.discovery import load

__all__ = ["connection_view", "kind_view", "stored_values"]


def stored_values(row: ConnectionRow) -> dict[str, Any]:
    """What is stored of a connection and not secret, with what it stands for where it is older
    than a field."""
    way = next((way for way in load(row.kind).ways if way.id == row.way), None)
    return {**(way.unset if way else {}), **row.values}


def kind_view(integration: Integration[Any, Any]) -> KindView:
    """The forms of a kind."""
    return KindView(
        kind=integration.kind,
        title=integration.title,
        ways=[
            WayView(
                id=way.id,
                title=way.title,
                help=way.help,
                fields=[
                    FieldView(
                        id=field.id,
                        title=field.title,
                        input=field.input.value,
                        required=field.required,
                        secret=field.secret,
                        destination=field.destination,
                        help=field.help,
                        placeholder=field.placeholder,
                        options=[
                            FieldOption(value=o.value, title=o.title, help=o.help)
                            for o in field.options
                        ],
                        initial=field.initial,
                    )
                    for field in way.fields
                ],
            )
            for way in integration.ways
        ],
    )


def connection_view(
    declared: Declared, row: ConnectionRow | None, secrets: dict[str, SecretState]
) -> ConnectionView:
    """One connection; the settings of a declared one stay in their file."""
    shown = connection_row(declared, "")
    settings = declared.record.settings
    return ConnectionView(
        kind=shown.kind,
        name=shown.name,
        title=shown.system,
        origin=shown.origin,
        editable=row is not None,
        way=row.way if row else "",
        values=stored_values(row) if row else {},
        secrets={field: SecretView(changed=state.changed) for field, state in secrets.items()},
        disabled=row.disabled if row else False,
        status=shown.status,
        message=shown.message,
        certificates=[
            CertificateView(what=c.what, subject=c.subject, expires=c.expires)
            for c in declared.certificates
        ],
        changed=row.changed if row else None,
        changed_by=row.changed_by if row else "",
        row_version=row.row_version if row else 0,
        decides=load(shown.kind).decides(settings) if settings is not None else "",
    )
