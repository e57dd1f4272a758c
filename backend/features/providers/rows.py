"""The `identity-providers` collection: declared ones and those of the table, answered by SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import SQLModel

from auth.providers import AnyProvider
from backend.features.providers.presets import PRODUCTS, product_of
from backend.features.providers.rights import KIND
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.row import Row
from backend.live.rowscope import RowScope
from backend.live.sql import SqlSource
from backend.providers.table import PROVIDERS

__all__ = ["IDENTITY_PROVIDERS", "provider_source"]


class IdentityProviderRow(Row, frozen=True):
    """One provider; nothing secret. `kind` is what people call its product, `people` how many
    accounts it knows."""

    label: str
    name: str
    kind: str
    address: str
    status: str
    origin: str
    place: int
    people: int
    row_version: int


IDENTITY_PROVIDERS = Collection(
    name="identity-providers",
    title="Identity providers",
    kind=KIND,
    row=IdentityProviderRow,
    scopes=(RowScope(),),
    columns=(
        Column("label", "Button", Type.TEXT, searched=True),
        Column("name", "Name", Type.TEXT, searched=True),
        Column("kind", "Product", Type.TEXT, facet=True),
        Column("address", "Address", Type.TEXT, searched=True),
        Column("status", "Status", Type.STATUS, facet=True),
        Column("people", "People", Type.NUMBER),
        Column("origin", "Declared in", Type.TEXT, facet=True),
        Column("place", "Order", Type.NUMBER, default=False),
    ),
    default_sort=("place", "label"),
    label="label",
    where=("name",),
    link=("name",),
    place=65,
)


def provider_source(
    db_sessions: async_sessionmaker[AsyncSession], org: str, declared: Sequence[AnyProvider]
) -> SqlSource:
    """Every provider; the key is its name."""
    rows = _rows(declared).subquery()
    return SqlSource(IDENTITY_PROVIDERS, db_sessions, rows, organisation=org)


def _rows(declared: Sequence[AnyProvider]) -> sa.CompoundSelect[Any] | sa.Select[Any]:
    table = SQLModel.metadata.tables[PROVIDERS].c
    label = sa.case((table.label != "", table.label), else_=table.name)
    status = sa.case((table.disabled, "Switched off"), else_="Active")
    stored = sa.select(
        table.name.label("key"),
        label.label("label"),
        table.name.label("name"),
        sa.case(PRODUCTS, value=table.kind, else_=table.kind).label("kind"),
        table.address.label("address"),
        status.label("status"),
        sa.literal("console").label("origin"),
        table.place.label("place"),
        _people(table.name).label("people"),
        table.row_version.label("row_version"),
    )
    if not declared:
        return stored
    names = [provider.name for provider in declared]
    fixed = [_fixed(number, provider) for number, provider in enumerate(declared)]
    return sa.union_all(stored.where(table.name.not_in(names)), *fixed)


def _fixed(number: int, provider: AnyProvider) -> sa.Select[Any]:
    name = sa.literal(provider.name)
    return sa.select(
        name.label("key"),
        sa.literal(provider.button).label("label"),
        name.label("name"),
        sa.literal(product_of(provider.kind.value)).label("kind"),
        sa.literal(provider.address).label("address"),
        sa.literal("Active").label("status"),
        sa.literal("configuration").label("origin"),
        sa.literal(number - 1000).label("place"),
        _people(name).label("people"),
        sa.literal(0).label("row_version"),
    )


def _people(name: sa.ColumnElement[str]) -> sa.ScalarSelect[Any]:
    identity = SQLModel.metadata.tables["user_identity"]
    counted = sa.select(sa.func.count()).select_from(identity)
    return counted.where(identity.c.provider == name).scalar_subquery()
