"""Trying settings, with the failure put at the field that can mend it."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import structlog
from pydantic import BaseModel

from auth.principal import Principal
from backend.connections.acting import kubernetes_caller
from backend.errors import TooManyRequests, Unprocessable
from backend.features.connections.schemas import CertificateView, FoundView, RightView
from integrations.caller import Caller
from integrations.contract import (
    ConfigurationError,
    DestinationRefused,
    Integration,
    IntegrationError,
    UpstreamDenied,
    UpstreamUnreachable,
)
from integrations.findings import ProbeResult
from integrations.form import Way
from integrations.kubernetes.settings import ConnectionSettings as KubernetesSettings

__all__ = ["Prober"]

_AT_ONCE: Final = 4
_SECONDS: Final = 20.0
_log = structlog.get_logger("craton.connections")


class Prober:
    """At most `_AT_ONCE` tests at a time: each holds sockets to another system."""

    def __init__(self) -> None:
        self._running = 0

    async def test(
        self, integration: Integration[Any, Any], way: Way, settings: BaseModel, by: Principal
    ) -> FoundView | None:
        """What was found, also of the rights of `by`; None for an integration without a test.
        Raises 422 with a category (refused, timeout, TLS, denied), never the system's own words."""
        if integration.test is None:
            return None
        if self._running >= _AT_ONCE:
            raise TooManyRequests(
                "Other connections are being tested. Try again in a moment.",
                headers={"Retry-After": "5"},
            )
        self._running += 1
        try:
            async with asyncio.timeout(_SECONDS):
                return _view(await integration.test(settings, _caller(by, settings)))
        except TimeoutError:
            raise _failed(way, "it did not answer in time", at_secret=False) from None
        except IntegrationError as error:
            _log.info("connection test failed", upstream=error.upstream, error=error.message)
            raise _translated(integration, way, error) from error
        finally:
            self._running -= 1


def _caller(by: Principal, settings: BaseModel) -> Caller | None:
    if not isinstance(settings, KubernetesSettings):
        return None
    return kubernetes_caller(by, settings)


def _translated(integration: Integration[Any, Any], way: Way, error: IntegrationError) -> Exception:
    title = integration.title
    if isinstance(error, UpstreamDenied):
        return _failed(way, "it refused these credentials", at_secret=True)
    if isinstance(error, ConfigurationError):
        return _failed(way, error.message, at_secret=True)
    if isinstance(error, DestinationRefused):
        text = f"{error.message} (the operator lists them in CRATON_CONNECTION_NETWORKS)"
        return _failed(way, text, at_secret=False)
    if isinstance(error, UpstreamUnreachable):
        return _failed(way, error.message, at_secret=False)
    return _failed(way, f"something answered, but not as {title} does", at_secret=False)


def _failed(way: Way, message: str, *, at_secret: bool) -> Unprocessable:
    """The failure, at the first field that could be wrong."""
    secrets = [f.id for f in way.fields if f.secret]
    wanted = secrets if at_secret else [way.address]
    others = [f.id for f in way.fields]
    field = next((found for found in [*wanted, *others] if found), "")
    return Unprocessable(
        f"The test failed: {message}.",
        errors=[{"field": field, "message": message}],
        tested=False,
    )


def _view(found: ProbeResult) -> FoundView:
    return FoundView(
        version=found.version,
        identity=found.identity,
        rights=[RightView(title=r.title, held=r.held, without=r.without) for r in found.rights],
        latency=found.latency,
        clock_skew=found.clock_skew,
        certificates=[
            CertificateView(what=c.what, subject=c.subject, expires=c.expires)
            for c in found.certificates
        ],
        notes=list(found.notes),
    )
