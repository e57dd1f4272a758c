"""What a directory says of a person: found by their user name, proved by their password.

The account that searches finds the entry, the person's own name and password are tried on it, and
their groups are read by the account that searches again: people often may not read them.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from auth.ldap.entries import Entry, found_by, identifier
from auth.ldap.filters import Filter, both, either, equal, parsed, present
from auth.ldap.messages import ONLY
from auth.ldap.names import beside
from auth.ldap.person import asked_of, read_person, shown
from auth.ldap.problems import NotAccepted, Unusable
from auth.ldap.provider import LdapProvider
from auth.ldap.results import refusal
from auth.ldap.standing import against
from auth.person import Person
from backend.providers.ldap.conversation import Conversation
from backend.providers.ldap.groups import groups_of
from backend.providers.ldap.servers import Servers
from backend.providers.outward import Unreachable

__all__ = ["Directories", "Looked", "NoPlace", "Told"]

MOST_AT_ONCE: Final = 16
"""Conversations of one process: a flood of sign-ins is no flood for the directory."""
MOST_OF_REFRESH: Final = 4
"""Those that ask who may stay: people who sign in take none of their places."""
WAIT_SECONDS: float = 5.0


class NoPlace(Unreachable):
    """The directory was not asked: too many conversations go on at once here."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A person as a directory tells of them, and the attributes that were read."""

    person: Person
    attributes: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Told:
    """What a test finds of one server. Counts are of at most a thousand, `more` says of which
    there are more."""

    server: str
    tls: str
    certificate: str
    expires: float | None
    people: int
    groups: int
    more: tuple[str, ...]
    sample: Entry | None


class Directories:
    """Speaks with directories on behalf of one console; one a process."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._places = asyncio.Semaphore(MOST_AT_ONCE)
        self._refreshing = asyncio.Semaphore(MOST_OF_REFRESH)

    async def sign_in(
        self,
        provider: LdapProvider,
        login: str,
        password: str,
        *,
        declared: bool,
        found: Callable[[str], Awaitable[None]],
    ) -> Looked:
        """Who that is, if the password is theirs. Raises `NotAccepted`, `Unreachable` and
        `Unusable`. It takes as long for somebody the directory does not know. `found` is told by
        what the person is known, empty for nobody, before the password is tried; what it raises
        ends the attempt."""
        if not login or not password:
            raise NotAccepted("no user name or no password was given")
        async with self._conversation(provider, declared=declared) as talk:
            typed = either(*(equal(one, login) for one in provider.login_by))
            return await self._proved(talk, provider, typed, password, found)

    async def confirm(
        self, provider: LdapProvider, subject: str, password: str, *, declared: bool
    ) -> None:
        """Return when the password is of the person that is known by `subject`. Raises as
        `sign_in` does."""
        if not password:
            raise NotAccepted("no password was given")
        async with self._conversation(provider, declared=declared) as talk:
            await self._proved(talk, provider, found_by(provider.unique, subject), password)

    async def present(self, provider: LdapProvider, subject: str, *, declared: bool) -> Person:
        """The person known by `subject` as they are now. Raises `NotAccepted` where there is
        none any more, or they may not sign in; `Unreachable` and `Unusable`."""
        places = self._refreshing
        async with self._conversation(provider, declared=declared, places=places) as talk:
            entry = await self._entry(talk, provider, found_by(provider.unique, subject))
            if entry is None:
                raise NotAccepted("the directory does not know the person any more")
            if reason := against(entry, time.time()):
                raise NotAccepted(reason)
            return (await self._looked(talk, provider, entry)).person

    async def told(self, provider: LdapProvider, server: str, *, declared: bool) -> Told:
        """What one server shows: its certificate, and how many people and groups there are."""
        async with self._conversation(provider, declared=declared, only=server) as talk:
            await _base_is_there(talk, provider)
            people = await talk.search(
                provider.people_base, _people(provider), (provider.unique, *provider.login_by)
            )
            groups = await talk.search(provider.below, parsed(provider.groups_filter), ("1.1",))
            shown_by = talk.wire.certificate()
            return Told(
                server=server,
                tls=talk.wire.tls_version(),
                certificate=shown_by.subject.rfc4514_string() if shown_by else "",
                expires=shown_by.not_valid_after_utc.timestamp() if shown_by else None,
                people=len(people.entries),
                groups=len(groups.entries),
                more=tuple(
                    name
                    for name, found in (("people", people), ("groups", groups))
                    if not found.whole
                ),
                sample=people.entries[0] if people.entries else None,
            )

    async def _proved(
        self,
        talk: Conversation,
        provider: LdapProvider,
        wanted: Filter,
        password: str,
        found: Callable[[str], Awaitable[None]] | None = None,
    ) -> Looked:
        entry = await self._entry(talk, provider, wanted)
        if found is not None:
            await found(identifier(entry, provider.unique) if entry else "")
        # Somebody who is not there is tried all the same, under a name that nobody has.
        dn = entry.dn if entry else beside(secrets.token_hex(16), provider.people_base)
        reason = refusal(await talk.bind(dn, password))
        if entry is None:
            raise NotAccepted("the directory does not know the user name")
        if reason := reason or against(entry, time.time()):
            raise NotAccepted(f"{reason}, {entry.dn[:200]}")
        await self._servers.authenticate(talk, provider)
        return await self._looked(talk, provider, entry)

    async def _entry(
        self, talk: Conversation, provider: LdapProvider, wanted: Filter
    ) -> Entry | None:
        """The one entry that matches. Of several none is meant."""
        found = await talk.search(
            provider.people_base, both(_people(provider), wanted), asked_of(provider), most=2
        )
        several = [entry for entry in found.entries if entry.dn]
        return several[0] if len(several) == 1 else None

    async def _looked(self, talk: Conversation, provider: LdapProvider, entry: Entry) -> Looked:
        groups = await groups_of(talk, provider, entry)
        person = read_person(entry, provider, groups.names, too_many=not groups.whole)
        return Looked(person, shown(entry))

    @asynccontextmanager
    async def _conversation(
        self,
        provider: LdapProvider,
        *,
        declared: bool,
        only: str = "",
        places: asyncio.Semaphore | None = None,
    ) -> AsyncIterator[Conversation]:
        places = places or self._places
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await places.acquire()
        except TimeoutError:
            raise NoPlace("too many people sign in at once") from None
        try:
            async with self._servers.conversation(provider, declared=declared, only=only) as talk:
                yield talk
        finally:
            places.release()


async def _base_is_there(talk: Conversation, provider: LdapProvider) -> None:
    for field, base in (("people_base", provider.people_base), ("groups_base", provider.below)):
        found = await talk.search(base, present("objectClass"), ("1.1",), scope=ONLY)
        if not found.entries:
            raise Unusable(
                field, f"{base!r} is not there, or the account that searches may not read it"
            )


def _people(provider: LdapProvider) -> Filter:
    """Entries that may be people here. One without the lasting identifier is nobody."""
    return both(parsed(provider.people_filter), present(provider.unique))
