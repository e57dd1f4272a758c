"""kubectl through the console, over a cluster in the test's process: what is recorded of a change,
and what ends with the right."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy.exc import OperationalError

from backend.audit import Audit
from backend.connections.upstreams import Upstreams
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.settings import ConnectionSettings, RightsSource
from tests.console import Caller, ConsoleApp
from tests.contract.kubernetes.harness import ACCESS
from tests.unit.features.test_device import signed_in

SETTINGS = ConnectionSettings(name="near", kubeconfig=Path("unused"), rights=RightsSource.BOTH)
AT = "http://127.0.0.1:8080/kube/near/api/v1/namespaces/shop"
MAPS = f"{AT}/configmaps"


class Cluster(httpx2.AsyncBaseTransport):
    """Answers everything by `answer`; `asked` is what came."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Callable[[], Awaitable[httpx2.Response]] = self.made

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        return await self.answer()

    async def made(self) -> httpx2.Response:
        return httpx2.Response(201, json={"kind": "ConfigMap"})


@pytest.fixture
def cluster(console: ConsoleApp) -> Cluster:
    """A cluster called ``near`` that the console is connected to."""
    found = Cluster()
    connection = KubernetesConnection(SETTINGS, access=ACCESS, transport=found)
    upstreams = console.app.state.parts.get(Upstreams)
    upstreams.add("kubernetes", "near", connection)
    return found


async def kubectl(console: ConsoleApp, owner: Caller) -> tuple[Caller, str]:
    """A program with a token for all that tokens can be given; the token's id."""
    made = await owner.post("/tokens", json={"name": "kubectl", "rights": ["*:*"]})
    assert made.status_code == 201, made.text
    caller = console.caller()
    for name in ("x-craton-request", "origin"):
        del caller.headers[name]
    caller.headers["authorization"] = f"Bearer {made.json()['secret']}"
    return caller, str(made.json()["id"])


async def entries(owner: Caller, action: str) -> list[tuple[str, str]]:
    """The outcomes and details of an action, the oldest first."""
    rows = (await owner.get("/collections/activity?limit=200")).json()["rows"]
    found = [(r["outcome"], r["detail"]) for r in rows if r["action"] == action]
    return found[::-1]


async def outcomes(owner: Caller, action: str) -> list[str]:
    return [outcome for outcome, _ in await entries(owner, action)]


async def test_a_change_is_on_record_before_the_cluster_is_asked(
    console: ConsoleApp, cluster: Cluster
) -> None:
    owner = await console.owner()
    caller, _ = await kubectl(console, owner)
    seen: list[tuple[str, str]] = []

    async def answer() -> httpx2.Response:
        seen.extend(await entries(owner, "configmap:create"))
        return await cluster.made()

    cluster.answer = answer
    assert (await caller.post(MAPS, json={})).status_code == 201
    assert [outcome for outcome, _ in seen] == ["begun"]
    told = await entries(owner, "configmap:create")
    assert [outcome for outcome, _ in told] == ["begun", "success"]
    assert all("/api/v1/namespaces/shop/configmaps" in detail for _, detail in told)


@pytest.mark.parametrize(
    ("status", "outcome"), [(409, "failed"), (422, "failed"), (500, "unknown"), (504, "unknown")]
)
async def test_a_change_that_was_refused_is_told_from_one_nobody_knows_of(
    console: ConsoleApp, cluster: Cluster, status: int, outcome: str
) -> None:
    owner = await console.owner()
    caller, _ = await kubectl(console, owner)

    async def answer() -> httpx2.Response:
        return httpx2.Response(status, json={"kind": "Status"})

    cluster.answer = answer
    assert (await caller.post(MAPS, json={})).status_code == status
    assert await outcomes(owner, "configmap:create") == ["begun", outcome]


@pytest.mark.parametrize("error", [httpx2.ReadTimeout("late"), httpx2.ReadError("broken")])
async def test_a_change_without_an_answer_is_recorded_as_unknown(
    console: ConsoleApp, cluster: Cluster, error: Exception
) -> None:
    owner = await console.owner()
    caller, _ = await kubectl(console, owner)

    async def answer() -> httpx2.Response:
        raise error

    cluster.answer = answer
    answered = await caller.delete(f"{MAPS}/made")
    assert (answered.status_code, answered.json()["kind"]) == (503, "Status")
    assert await outcomes(owner, "configmap:delete") == ["begun", "unknown"]


async def test_what_cannot_be_recorded_is_not_sent(
    console: ConsoleApp, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await console.owner()
    caller, _ = await kubectl(console, owner)

    def full(*_: Any, **__: Any) -> None:
        raise OperationalError("insert", {}, Exception("disk full"))

    monkeypatch.setattr(Audit, "tried", full)
    answered = await caller.post(MAPS, json={})
    assert (answered.status_code, answered.json()["kind"]) == (503, "Status")
    assert cluster.asked == []
    assert (await caller.get(MAPS)).status_code == 201, "what only reads needs no record"


async def test_removing_all_is_a_change_too(console: ConsoleApp, cluster: Cluster) -> None:
    owner = await console.owner()
    caller, _ = await kubectl(console, owner)
    assert (await caller.delete(MAPS)).status_code == 201
    assert await outcomes(owner, "configmap:delete") == ["begun", "success"]
    assert (await caller.get(MAPS)).status_code == 201
    assert await outcomes(owner, "configmap:list") == []


class Held(httpx2.AsyncByteStream):
    """An answer that begins and does not end."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"kind": "List", '
        self.begun.set()
        await asyncio.Event().wait()


@pytest.mark.parametrize("query", ["", "?watch=true", "?watch=false"])
async def test_what_stays_open_ends_with_the_token(
    console: ConsoleApp, cluster: Cluster, query: str
) -> None:
    """Whatever the console took it for."""
    owner = await console.owner()
    caller, token = await kubectl(console, owner)
    held = Held()

    async def answer() -> httpx2.Response:
        return httpx2.Response(200, headers={"content-type": "application/json"}, stream=held)

    cluster.answer = answer
    asking = asyncio.create_task(caller.get(f"{MAPS}{query}", timeout=60))
    try:
        async with asyncio.timeout(60):
            await held.begun.wait()
            assert (await owner.delete(f"/tokens/{token}")).status_code == 204
            told = await asking
    finally:
        asking.cancel()
    assert told.text.startswith('{"kind": "List", ')
    assert ("may not watch" in told.text) == (query == "?watch=true")


async def test_what_might_be_a_watch_is_refused_as_kubernetes_does(
    console: ConsoleApp, cluster: Cluster
) -> None:
    caller, _ = await kubectl(console, await console.owner())
    refused = await caller.get(f"{MAPS}?watch")
    assert (refused.status_code, refused.json()["reason"]) == (400, "BadRequest")
    assert cluster.asked == []


async def test_a_command_line_reads_no_secret(console: ConsoleApp, cluster: Cluster) -> None:
    """However lately its person showed who they are: it cannot show it itself."""
    calling = await signed_in(console, await console.owner())
    assert (await calling.get(MAPS)).status_code == 201
    for path in ("secrets", "secrets/key"):
        refused = await calling.get(f"{AT}/{path}")
        assert (refused.status_code, refused.json()["kind"]) == (403, "Status")
        assert "in a browser" in refused.json()["message"]
    body = {"spec": {"ephemeralContainers": []}}
    refused = await calling.patch(f"{AT}/pods/web/ephemeralcontainers", json=body)
    assert refused.status_code == 403
    assert len(cluster.asked) == 1
