"""Secrets sealed and stored, and read back by the code; no API reads them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import Unavailable
from backend.secrets.envelope import Place, SecretProblem, rewrap, seal, unseal
from backend.secrets.keyring import KeyRing
from backend.secrets.table import SealedSecret

__all__ = ["SecretState", "Secrets", "SecretsUnavailable", "UnknownKeys"]


class SecretsUnavailable(Unavailable):
    """503: there is no key ring, so nothing secret can be stored."""

    slug, title = "no-key-ring", "The console has no key for secrets"


class UnknownKeys(SecretProblem):
    """The database names keys that the ring does not hold: the console must not start."""


@dataclass(frozen=True, slots=True)
class SecretState:
    """What may be said of a stored secret: that it is set, and since when (Unix seconds)."""

    changed: float
    key_id: str


class Secrets:
    """Secrets of rows, by (table, row, field). Without a ring it only says that there is none."""

    def __init__(self, ring: KeyRing | None = None) -> None:
        self._ring = ring

    def use(self, ring: KeyRing | None) -> None:
        """Take the key ring in force."""
        self._ring = ring

    def require(self) -> None:
        """Raise `SecretsUnavailable` where nothing secret can be stored."""
        self._need_ring()

    async def put(self, db: AsyncSession, table: str, row: str, values: Mapping[str, str]) -> None:
        """Seal and store each value in place of the one before; an empty one is taken away."""
        for field, value in values.items():
            await self._remove(db, table, row, field)
            if value:
                db.add(self._sealed(Place(table, row, field), value))
        await db.flush()

    async def open(self, db: AsyncSession, table: str, row: str) -> dict[str, str]:
        """The values of a row by field. Raises `SecretProblem` when one cannot be opened."""
        return {found.field: self._opened(found) for found in await self._rows(db, table, row)}

    async def states(self, db: AsyncSession, table: str, row: str) -> dict[str, SecretState]:
        """Which fields of a row are set, and since when; never what they hold."""
        return {
            found.field: SecretState(found.changed, found.key_id)
            for found in await self._rows(db, table, row)
        }

    async def remove(self, db: AsyncSession, table: str, row: str) -> None:
        """Forget all secrets of a row."""
        await db.execute(
            delete(SealedSecret).where(
                col(SealedSecret.owner) == table, col(SealedSecret.row) == row
            )
        )

    async def check(self, db: AsyncSession) -> None:
        """Raise `UnknownKeys` when something is sealed with a key the ring does not hold."""
        known = set(self._ring.keys) if self._ring else set()
        named = (await db.execute(select(col(SealedSecret.key_id)).distinct())).scalars()
        if missing := sorted(set(named) - known):
            raise UnknownKeys(
                "The database holds secrets sealed with "
                f"{', '.join(repr(key) for key in missing)}, and the key ring has no such key. "
                "Give the key ring they were sealed with (CRATON_SECRETS_KEY_FILE or "
                "CRATON_SECRETS_KEYS); without it they cannot be read by anybody."
            )

    async def outdated(self, db: AsyncSession) -> str:
        """The active key's id when something is sealed with an older one; else empty."""
        if self._ring is None:
            return ""
        old = col(SealedSecret.key_id) != self._ring.active.id
        found = await db.execute(select(col(SealedSecret.key_id)).where(old).limit(1))
        return self._ring.active.id if found.first() else ""

    async def rotate(self, db: AsyncSession, limit: int = 100, *, to: str = "") -> int:
        """Seal up to `limit` data keys anew with the active key; how many are left then.

        Resumable: what is done is done, and running it twice changes nothing. With `to`, only
        while that is the active key here; raises `UnknownKeys` otherwise.
        """
        ring = self._need_ring()
        if to not in {"", ring.active.id}:
            raise UnknownKeys(f"the key {to!r} is not the active one of this replica's key ring")
        old = col(SealedSecret.key_id) != ring.active.id
        order = (col(SealedSecret.owner), col(SealedSecret.row), col(SealedSecret.field))
        query = select(SealedSecret).where(old).order_by(*order).limit(limit).with_for_update()
        for found in (await db.execute(query)).scalars():
            place = Place(found.owner, found.row, found.field)
            found.sealed = rewrap(ring.keys, ring.active, place, found.sealed)
            found.key_id = ring.active.id
        await db.flush()
        left = select(func.count()).select_from(SealedSecret).where(old)
        return int((await db.execute(left)).scalar_one())

    def _sealed(self, place: Place, value: str) -> SealedSecret:
        key = self._need_ring().active
        return SealedSecret(
            owner=place.table,
            row=place.row,
            field=place.field,
            key_id=key.id,
            sealed=seal(key, place, value.encode()),
            changed=time.time(),
        )

    def _opened(self, found: SealedSecret) -> str:
        keys = self._ring.keys if self._ring else {}
        return unseal(keys, Place(found.owner, found.row, found.field), found.sealed).decode()

    def _need_ring(self) -> KeyRing:
        if self._ring is None:
            raise SecretsUnavailable(
                "Secrets cannot be stored: give every replica the same key ring by "
                "CRATON_SECRETS_KEY_FILE or CRATON_SECRETS_KEYS (a new key: craton secrets key)."
            )
        return self._ring

    async def _rows(self, db: AsyncSession, table: str, row: str) -> list[SealedSecret]:
        query = select(SealedSecret).where(
            col(SealedSecret.owner) == table, col(SealedSecret.row) == row
        )
        return list((await db.execute(query)).scalars())

    async def _remove(self, db: AsyncSession, table: str, row: str, field: str) -> None:
        await db.execute(
            delete(SealedSecret).where(
                col(SealedSecret.owner) == table,
                col(SealedSecret.row) == row,
                col(SealedSecret.field) == field,
            )
        )
