"""Trying an etcd cluster before it is saved."""

from __future__ import annotations

import asyncio
from typing import Final

from integrations.caller import Caller
from integrations.contract import IntegrationError, UpstreamDenied, UpstreamUnreachable
from integrations.etcd.client import EtcdClient
from integrations.etcd.grants import limits_in_words
from integrations.etcd.settings import EtcdSettings
from integrations.etcd.transport import Gateway, network
from integrations.failures import from_transport
from integrations.findings import Certificate, ProbeResult, Right
from integrations.probing import Witness, certificates_in, tried
from integrations.sending import ignore

__all__ = ["certificates", "probe"]

_SECONDS: Final = 15.0


async def probe(settings: EtcdSettings, _as: Caller | None = None) -> ProbeResult:
    """What a console with these settings would find. Raises `IntegrationError`."""
    brief = settings.model_copy(update={"page_size": 1})
    witness = Witness(network(brief))
    client = EtcdClient(Gateway(brief, witness, ignore))
    try:
        async with asyncio.timeout(_SECONDS):
            return await _look(client, settings, witness)
    except TimeoutError as error:
        raise from_transport(client.gateway.upstream, error) from error
    finally:
        await client.gateway.aclose()


def certificates(settings: EtcdSettings) -> tuple[Certificate, ...]:
    """The certificates in the connection's own configuration. Blocking."""
    material = settings.tls
    cert, _ = material.pair(f'etcd "{settings.name}"')
    return (
        *certificates_in(cert, "our client certificate")[:1],
        *certificates_in(material.authority(f'etcd "{settings.name}"'), "the CA"),
    )


async def _look(client: EtcdClient, settings: EtcdSettings, witness: Witness) -> ProbeResult:
    silent: list[str] = []
    versions: list[str] = []
    failure: IntegrationError | None = None
    for endpoint in settings.endpoints:
        try:
            versions.append((await client.status(endpoint)).version)
        except UpstreamUnreachable as error:
            silent.append(f"{endpoint} does not answer: {error.message}.")
            failure = error
        except UpstreamDenied as error:
            silent.append(f"{endpoint} refuses us: {error.message}.")
            failure = error
    if not versions:
        raise failure or UpstreamUnreachable(client.gateway.upstream, "no endpoint answers")
    rights = await _rights(client, settings)
    server = (witness.certificate,) if witness.certificate else ()
    own = await asyncio.to_thread(certificates, settings)
    return ProbeResult(
        version=", ".join(sorted(set(versions))),
        identity=_identity(settings, own),
        rights=rights,
        latency=witness.latency,
        clock_skew=witness.clock_skew,
        certificates=(*server, *own),
        notes=tuple(silent),
    )


async def _rights(client: EtcdClient, settings: EtcdSettings) -> tuple[Right, ...]:
    where = f"below {settings.prefix!r}" if settings.prefix else "of the whole store"
    limits = await limits_in_words(client.gateway)
    empty = f"the keys stay empty; {limits}" if limits else "the keys stay empty"
    return (
        await tried("list the members", client.members(), "the members are not shown"),
        await tried(
            f"read and watch the keys {where}",
            client.keys(settings.prefix.encode(), None, 0),
            empty,
        ),
    )


def _identity(settings: EtcdSettings, own: tuple[Certificate, ...]) -> str:
    if settings.username:
        return settings.username
    client = [c.subject for c in own if c.what == "our client certificate"]
    return client[0] if client else "nobody (no authentication)"
