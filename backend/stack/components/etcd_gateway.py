"""Calls to etcd's JSON gateway, as the stack itself needs them."""

import asyncio
from collections.abc import Sequence
from typing import Any, Self

import httpx2

from backend.stack.components.checks import tls
from backend.stack.components.context import Context
from backend.stack.errors import StackError

LIMIT = 10.0
PAUSE = 0.5
TRIES = 10


class EtcdGateway:
    """Posts to the members in turn, with a certificate without a common name."""

    def __init__(self, context: Context, members: Sequence[str]) -> None:
        self._urls = [context.url(member) for member in members]
        verify = tls(context.etcd_ca.pair.cert, context.etcd_client())
        self._client = httpx2.AsyncClient(verify=verify, timeout=LIMIT, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def call(self, path: str, body: dict[str, Any], tries: int = TRIES) -> dict[str, Any]:
        """Give the first member's answer that is a success; StackError when none is.

        Calls are repeated: everything the stack asks may safely happen twice.
        """
        problem = "no member was asked"
        for attempt in range(tries):
            url = self._urls[attempt % len(self._urls)]
            try:
                response = await self._client.post(f"{url}/v3/{path}", json=body)
                if response.is_success:
                    found: dict[str, Any] = response.json()
                    return found
                problem = response.text[:300]
            except httpx2.HTTPError as error:
                problem = repr(error)
            await asyncio.sleep(PAUSE)
        raise StackError(f"etcd did not accept {path}: {problem}")
