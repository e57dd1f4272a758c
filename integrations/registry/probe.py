"""Trying a registry before it is saved."""

from __future__ import annotations

import asyncio
from typing import Final

from integrations.caller import Caller
from integrations.contract import NotFound, UpstreamDenied, UpstreamRefused
from integrations.failures import from_transport
from integrations.findings import Certificate, ProbeResult, Right
from integrations.probing import Witness, certificates_in
from integrations.registry.client import RegistryClient
from integrations.registry.settings import RegistrySettings
from integrations.registry.transport import network
from integrations.sending import ignore

__all__ = ["certificates", "probe"]

_SECONDS: Final = 15.0


async def probe(settings: RegistrySettings, _as: Caller | None = None) -> ProbeResult:
    """What a console with these settings would find. Raises `IntegrationError`."""
    witness = Witness(network(settings))
    client = RegistryClient(settings, witness, ignore)
    try:
        async with asyncio.timeout(_SECONDS):
            return await _look(client, settings, witness)
    except TimeoutError as error:
        raise from_transport(f'registry "{settings.name}"', error) from error
    finally:
        await client.aclose()


def certificates(settings: RegistrySettings) -> tuple[Certificate, ...]:
    """The certificates in the connection's own configuration. Blocking."""
    return certificates_in(settings.tls.authority(f'registry "{settings.name}"'), "the CA")


async def _look(
    client: RegistryClient, settings: RegistrySettings, witness: Witness
) -> ProbeResult:
    await client.ping()
    catalogue, names = await _catalogue(client, settings)
    rights = [catalogue]
    if names:
        rights.append(await _tags(client, names[0]))
    server = (witness.certificate,) if witness.certificate else ()
    hook = "A push shows at once only when the registry calls the console's webhook."
    return ProbeResult(
        version="OCI distribution, API v2",
        identity=settings.username or "anonymous",
        rights=tuple(rights),
        latency=witness.latency,
        clock_skew=witness.clock_skew,
        certificates=(*server, *await asyncio.to_thread(certificates, settings)),
        notes=() if settings.hook_secret else (hook,),
    )


async def _catalogue(
    client: RegistryClient, settings: RegistrySettings
) -> tuple[Right, tuple[str, ...]]:
    title = "list the repositories"
    if settings.repositories:
        return Right("read the named repositories", held=True), settings.repositories
    try:
        async for page in client.catalogue():
            return Right(title, held=True), page
    except (UpstreamDenied, UpstreamRefused, NotFound):
        without = "no repository is shown unless they are named in the configuration"
        return Right(title, held=False, without=without), ()
    return Right(title, held=True), ()


async def _tags(client: RegistryClient, repository: str) -> Right:
    title = f"pull, for example {repository}"
    try:
        await client.tags(repository)
    except UpstreamDenied:
        return Right(title, held=False, without="tags and images are not shown")
    except NotFound:
        return Right(title, held=True)
    return Right(title, held=True)
