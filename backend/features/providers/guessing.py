"""What an attempt with a user name and password counts against, at a directory (C19)."""

from __future__ import annotations

import unicodedata

from fastapi import Request
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.ldap.provider import LdapProvider
from backend.db.identity import IdentityRecord
from backend.errors import TooManyRequests
from backend.features.providers.entrance import Entrance, address_of
from backend.http.connections import address_group
from backend.http.cookies import read_device_cookie
from backend.identity.devices import familiar
from backend.identity.limits import Limit, attempt_limits
from backend.providers.accounts import identity_of

__all__ = ["Guess", "begun"]


class Guess:
    """One attempt. It counts by the name that was typed, before the directory is asked, and by the
    person who is found, before the password is tried: a directory knows one person by their user
    name and their address, and may tell names apart without accents. `user_id` is whose account
    the name is, where it is known here."""

    def __init__(self, entry: Entrance, request: Request, provider: LdapProvider) -> None:
        self._entry = entry
        self._provider = provider
        self._group = address_group(address_of(request))
        self._device = read_device_cookie(request)
        self._limits: list[Limit] = []
        self._name = ""
        self.user_id = ""

    async def typed(self, login: str) -> None:
        """Take the name; directories tell names apart without case. Counts nothing yet."""
        self._name = unicodedata.normalize("NFKC", login).casefold()
        query = select(col(IdentityRecord.user_id)).where(
            col(IdentityRecord.provider) == self._provider.name,
            func.lower(col(IdentityRecord.login)) == login.lower(),
        )
        async with self._entry.db_sessions() as db:
            found = (await db.execute(query.limit(1))).scalar_one_or_none()
            self.user_id = found or ""
            self._limits = await self._against(db, self.user_id, f"name/{self._name}")

    async def count(self) -> None:
        """Count it by the name; 429 after too many."""
        await self._take(self._limits)

    async def found(self, subject: str) -> None:
        """Count it by the person known by `subject`, too; where it is nobody, by the name once
        more, so that it takes as long. 429 after too many: then it counts by nothing."""
        provider = self._provider
        async with self._entry.db_sessions() as db:
            identity = await identity_of(db, provider.name, provider.identity_issuer, subject)
            user_id = identity.user_id if identity else ""
            who = f"subject/{subject}" if subject else f"nobody/{self._name}"
            limits = await self._against(db, user_id, who)
        # The address counts once, and a browser that is known for the name as for the person.
        more = [one for one in limits if one.name != "address" and one not in self._limits]
        try:
            await self._take(more)
        except TooManyRequests:
            await self.take_back()
            raise
        self._limits += more

    async def take_back(self) -> None:
        """Nothing was found out of the password."""
        await self._entry.attempts.take_back(self._limits)

    async def give_back(self) -> None:
        """The password was right."""
        await self._entry.attempts.give_back(self._limits)

    async def _against(self, db: AsyncSession, user_id: str, who: str) -> list[Limit]:
        place = await familiar(db, user_id, self._device, self._group)
        key = f"{self._provider.name}/{who}"
        return attempt_limits(key, self._group, place.device, known=place.address)

    async def _take(self, limits: list[Limit]) -> None:
        if wait := await self._entry.attempts.take(limits):
            raise TooManyRequests(
                f"Too many attempts failed. Try again in {wait} seconds.",
                headers={"Retry-After": str(wait)},
                retry_after=wait,
            )


async def begun(entry: Entrance, request: Request, provider: LdapProvider, login: str) -> Guess:
    """An attempt with that name, not counted yet."""
    guess = Guess(entry, request, provider)
    await guess.typed(login)
    return guess
