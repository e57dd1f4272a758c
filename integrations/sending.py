"""Sending one request without leaving anything behind, and telling how it went."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx2

from integrations.contract import IntegrationError, Observe, UpstreamUnreachable

__all__ = ["Observe", "ignore", "observed", "send"]


def ignore(_purpose: str, _outcome: str, _seconds: float) -> None:
    """An `Observe` that keeps nothing."""


@contextmanager
def observed(observe: Observe, purpose: str) -> Iterator[None]:
    """Report the block as one call; ``ok``, ``timeout``, ``cancelled`` or the error's name."""
    started, outcome = time.perf_counter(), "cancelled"
    try:
        yield
        outcome = "ok"
    except IntegrationError as error:
        late = isinstance(error, UpstreamUnreachable) and error.timeout
        outcome = "timeout" if late else type(error).__name__
        raise
    finally:
        observe(purpose, outcome, time.perf_counter() - started)


async def send(http: httpx2.AsyncClient, request: httpx2.Request) -> httpx2.Response:
    """Send; the answer's body is still to come.

    httpcore2 forgets the socket when a cancellation (our deadline) falls into the TLS
    handshake; its trace tells us the stream, so that we can close it. A client closed
    meanwhile is a `ConnectError`.
    """
    unfinished: list[Any] = []

    async def trace(event: str, info: Mapping[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            unfinished.append(info["return_value"])
        elif event == "connection.start_tls.complete":
            unfinished.clear()

    if request.url.scheme == "https":
        request.extensions = {**request.extensions, "trace": trace}
    try:
        return await http.send(request, stream=True)
    except BaseException as error:
        for stream in unfinished:
            await stream.aclose()
        if isinstance(error, RuntimeError) and http.is_closed:
            raise httpx2.ConnectError("the connection was closed") from error
        if isinstance(error, ssl.SSLError):
            # With TLS 1.3 a server refuses our certificate only when we read; that one
            # error passes httpcore2 as it is.
            raise httpx2.ReadError("the TLS connection was refused") from error
        raise
