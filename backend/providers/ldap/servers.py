"""To the first server of a directory that answers, under the rules for addresses (C14).

A server that did not answer is asked last for half a minute. No conversation takes longer than
`SECONDS`, whatever the number of servers.
"""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from auth.ldap.problems import Unusable
from auth.ldap.provider import LdapProvider, Server
from auth.ldap.results import refusal
from backend.providers.ldap.conversation import Conversation
from backend.providers.ldap.wire import Wire, spoken
from backend.providers.outward import Unreachable
from backend.settings import Settings
from integrations.contract import IntegrationError
from integrations.guarded import GuardedBackend
from integrations.tls import TlsMaterial

__all__ = ["Servers"]

SECONDS: float = 15.0
CONNECT_SECONDS: float = 5.0
"""For one server to let us in: then the next is asked."""
SILENT_SECONDS: Final = 30.0
"""For so long a server that did not answer is asked after the others."""


class Servers:
    """How this console reaches directories; one a process. `clock` gives monotonic seconds."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._networks = settings.connection_networks
        self._plain_hosts = {host.lower() for host in settings.connection_http_hosts}
        self._own_port = settings.port
        self._clock = clock
        self._silent: dict[tuple[str, str], float] = {}

    @asynccontextmanager
    async def conversation(
        self, provider: LdapProvider, *, declared: bool, only: str = ""
    ) -> AsyncIterator[Conversation]:
        """A conversation, in which the service account has proved who it is. Raises
        `Unreachable` when no server answers, `Unusable` when the account is refused. `only`
        names the one server to ask."""
        async with spoken(provider.address), asyncio.timeout(SECONDS):
            talk = await self._reached(provider, declared=declared, only=only)
            try:
                async with spoken(talk.server):
                    yield talk
            finally:
                await talk.leave()

    async def authenticate(self, talk: Conversation, provider: LdapProvider) -> None:
        """Let the service account prove who it is, where there is one."""
        password = provider.bind_password.get_secret_value()
        if not provider.bind_dn:
            return
        if not password:
            raise Unusable("bind_password", "the account that searches has no password stored")
        if reason := refusal(await talk.bind(provider.bind_dn, password)):
            raise Unusable("bind_dn", f"the account that searches is not accepted: {reason}")

    def against(self, server: Server, provider: LdapProvider, *, declared: bool) -> str:
        """What speaks against asking `server`; empty when nothing does."""
        plain = server.host in self._plain_hosts or (declared and _is_loopback(server.host))
        if not server.over_tls and not provider.starttls and not plain:
            return (
                f"{server} is asked without TLS, which the operator has to allow for the host "
                "(CRATON_CONNECTION_HTTP_HOSTS)"
            )
        if self._own_port and server.port == self._own_port and _is_loopback(server.host):
            return f"{server} is the console itself"
        return ""

    async def _reached(self, provider: LdapProvider, *, declared: bool, only: str) -> Conversation:
        failures: list[str] = []
        for server in [only] if only else self._order(provider):
            key = (provider.name, server)
            try:
                talk = await self._opened(Server(server), provider, declared=declared)
            except Unreachable as error:
                self._silent[key] = self._clock()
                failures.append(str(error))
                continue
            self._silent.pop(key, None)
            return talk
        raise Unreachable("; ".join(failures))

    def _order(self, provider: LdapProvider) -> list[str]:
        """Those that answered last time first, each in the order it was given."""
        since = self._clock() - SILENT_SECONDS
        silent = {
            s for s in provider.servers if self._silent.get((provider.name, s), since) > since
        }
        return sorted(provider.servers, key=lambda server: server in silent)

    async def _opened(
        self, server: Server, provider: LdapProvider, *, declared: bool
    ) -> Conversation:
        if message := self.against(server, provider, declared=declared):
            raise Unreachable(message)
        context = await _context(provider) if server.over_tls or provider.starttls else None
        backend = GuardedBackend("the directory", self._networks, listed=declared)
        async with spoken(server), asyncio.timeout(CONNECT_SECONDS):
            try:
                stream = await backend.connect_tcp(server.host, server.port, CONNECT_SECONDS)
            except IntegrationError as error:
                raise Unreachable(error.message) from error
            talk = Conversation(Wire(stream, server), server)
            try:
                if context is not None:
                    if not server.over_tls:
                        await talk.start_tls()
                    await talk.wire.secure(context, server.host)
                await self.authenticate(talk, provider)
            except BaseException:
                await talk.wire.close()
                raise
        return talk


async def _context(provider: LdapProvider) -> ssl.SSLContext:
    """TLS 1.2 or later, verified by the chosen authority, with the host's name."""
    try:
        material = TlsMaterial(ca_data=provider.ca)
        return await asyncio.to_thread(material.context, provider.name)
    except IntegrationError as error:
        raise Unusable("ca", error.message) from error


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
