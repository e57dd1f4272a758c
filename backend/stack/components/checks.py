"""Readiness checks: the component itself is asked over HTTP."""

import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2

from backend.stack.pki import Pair

CHECK_LIMIT = 3.0


def tls(ca: Path, client: Pair | None = None) -> ssl.SSLContext:
    """Trust one authority and present a client certificate if there is one."""
    context = ssl.create_default_context(cafile=str(ca))
    if client:
        context.load_cert_chain(str(client.cert), str(client.key))
    return context


def answers_ok(
    url: str, context: ssl.SSLContext | None = None, contains: str = ""
) -> Callable[[], Awaitable[bool]]:
    """Make a check: `GET url` is a 200 whose text contains `contains`."""

    async def check() -> bool:
        verify: ssl.SSLContext | bool = context if context is not None else False
        async with httpx2.AsyncClient(
            verify=verify, timeout=CHECK_LIMIT, trust_env=False
        ) as client:
            response = await client.get(url)
        return response.status_code == httpx2.codes.OK and contains in response.text

    return check
