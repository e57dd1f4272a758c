"""What is sent to keep a cluster in order, as bytes."""

from __future__ import annotations

import json

import httpx2

from integrations.etcd.settings import EtcdSettings
from integrations.etcd.transport import Gateway
from integrations.etcd.upkeep import Upkeep

ENDPOINT = "http://m1.invalid:2379"


async def test_compaction_is_answered_once_the_space_is_free() -> None:
    """`physical` is said: without it etcd answers at once and the space is free some time later."""
    sent: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(200, json={"header": {}})

    settings = EtcdSettings(name="own", endpoints=(ENDPOINT,))
    gateway = Gateway(settings, httpx2.MockTransport(answer))
    assert await Upkeep(gateway).compact(ENDPOINT, 5)
    await gateway.aclose()
    (request,) = sent
    assert request.url.path == "/v3/kv/compaction"
    assert json.loads(request.content) == {"revision": 5, "physical": True}
