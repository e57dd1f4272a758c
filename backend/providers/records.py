"""Which providers there are: those of the configuration, then those made in the console.

A declared one wins over one of the console with the same name, and can be changed only where it
is declared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.providers import AnyProvider, made_of
from backend.providers.table import PROVIDERS, ProviderRow
from backend.secrets.envelope import SecretProblem
from backend.secrets.store import Secrets

__all__ = ["KnownProvider", "all_providers", "find_provider", "typed_provider"]


@dataclass(frozen=True, slots=True)
class KnownProvider:
    """A provider that is declared or stored. `provider` is None where it cannot be used, and
    `problem` says why; `row` is None for a declared one."""

    name: str
    provider: AnyProvider | None
    row: ProviderRow | None = None
    problem: str = ""

    @property
    def declared(self) -> bool:
        """Whether the configuration has it."""
        return self.row is None

    @property
    def enabled(self) -> bool:
        """Whether people may sign in with it now."""
        return self.provider is not None and not (self.row and self.row.disabled)

    @property
    def version(self) -> str:
        """Differs when anything of its settings does: no attempt outlives a change of them."""
        parts = [self.name, repr(self.provider and self.provider.model_dump(mode="python"))]
        if self.row is not None:
            parts += [self.row.id, str(self.row.row_version)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


async def all_providers(db: AsyncSession, declared: Iterable[AnyProvider]) -> list[KnownProvider]:
    """All of them, in the order of their buttons, for showing them: no secret is opened."""
    known = [KnownProvider(provider.name, provider) for provider in declared]
    taken = {one.name for one in known}
    query = select(ProviderRow).order_by(col(ProviderRow.place), col(ProviderRow.created))
    rows = [row for row in (await db.execute(query)).scalars() if row.name not in taken]
    return known + [_made(row, {}) for row in rows]


async def find_provider(
    db: AsyncSession, declared: Iterable[AnyProvider], secrets: Secrets, name: str
) -> KnownProvider | None:
    """The one of that name."""
    for provider in declared:
        if provider.name == name:
            return KnownProvider(name, provider)
    query = select(ProviderRow).where(col(ProviderRow.name) == name)
    row = (await db.execute(query)).scalar_one_or_none()
    return await _stored(db, row, secrets) if row else None


def typed_provider(row: ProviderRow, secrets: Mapping[str, str]) -> AnyProvider:
    """The settings of a row with its secrets by field. Raises pydantic's `ValidationError`, and
    `KeyError` where its product is not known."""
    common = row.model_dump(include={"name", "label", "domains", "known_only"})
    return made_of(row.kind, {**row.settings, **common, **secrets})


async def _stored(db: AsyncSession, row: ProviderRow, secrets: Secrets) -> KnownProvider:
    try:
        opened = await secrets.open(db, PROVIDERS, row.id)
    except SecretProblem as error:
        return KnownProvider(row.name, None, row, str(error))
    return _made(row, opened)


def _made(row: ProviderRow, opened: Mapping[str, str]) -> KnownProvider:
    try:
        return KnownProvider(row.name, typed_provider(row, opened), row)
    except (ValidationError, KeyError):
        return KnownProvider(row.name, None, row, "its stored settings cannot be used")
