"""Who may open the live socket, and from where."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.consoleprocess import ConsoleProcess, Person
from tests.integration.console.conftest import OpenTab
from tests.integration.console.livesocket import connected, open_socket, socket_url
from tests.stackfixtures import RunningStack

pytestmark = pytest.mark.timeout(600)

FOREIGN: dict[str, Callable[[str], str | None]] = {
    "none": lambda _: None,
    "null": lambda _: "null",
    "another site": lambda _: "https://console.example.com",
    "another port": lambda own: own.rpartition(":")[0] + ":1",
    "without the port": lambda own: own.rpartition(":")[0],
    "another scheme": lambda own: own.replace("http://", "https://"),
    "another name of this machine": lambda own: own.replace("127.0.0.1", "localhost"),
    "ours as its beginning": lambda own: own + ".example.com",
    "ours as its user": lambda own: own + "@example.com",
    "ours with a path": lambda own: own + "/page",
    "upper case": lambda own: own.upper(),
    "an extension": lambda _: "chrome-extension://abcdefghijklmnop",
    "a file": lambda _: "file://",
}


@pytest.mark.parametrize("name", FOREIGN)
async def test_a_foreign_origin_is_refused_before_the_handshake(
    name: str, server: ConsoleProcess, owner: Person
) -> None:
    headers = {"Cookie": owner.cookie}
    origin = FOREIGN[name](server.url)
    with pytest.raises(InvalidStatus) as refused:
        await connected(socket_url(server), origin=origin, additional_headers=headers)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("host", ["console.example.com", "", "169.254.169.254"])
async def test_a_foreign_host_is_refused(host: str, server: ConsoleProcess, owner: Person) -> None:
    """DNS rebinding: Origin and Host agree with each other, and not with us."""
    port = server.url.rpartition(":")[2]
    headers = {"Cookie": owner.cookie}
    with pytest.raises(InvalidStatus) as refused:
        await connected(
            f"ws://{host or 'x'}:{port}/api/v1/live",
            origin=f"http://{host or 'x'}:{port}",
            additional_headers=headers,
            host="127.0.0.1",
            port=int(port),
        )
    assert refused.value.response.status_code in {400, 403}


async def test_without_a_session_the_code_says_sign_in(server: ConsoleProcess) -> None:
    socket = await open_socket(server, None)
    assert await socket.until_closed() == 4401
    await socket.close()


async def test_a_made_up_session_is_none(server: ConsoleProcess, owner: Person) -> None:
    name = owner.cookie.partition("=")[0]
    headers = {"Cookie": f"{name}=made-up"}
    connection = await connected(socket_url(server), origin=server.url, additional_headers=headers)
    with pytest.raises(ConnectionClosed):
        await connection.recv()
    assert connection.close_code == 4401


async def test_our_own_page_is_served(owner: Person, tab: OpenTab) -> None:
    socket = await tab(owner)
    await socket.until(lambda: bool(socket.frames))
    assert socket.frames[0]["op"] == "hello"


@pytest.mark.parametrize(
    "frame",
    [
        "no json",
        "[]",
        '{"op":"no such"}',
        '{"op":"subscribe"}',
        '{"op":"subscribe","id":"a","collection":"pods","query":{"filter":"x"},"limit":5}',
        '{"op":"window","id":"a","offset":-1,"limit":5}',
        "x" * 20_000,
        b"\x00\x01",
    ],
    ids=lambda frame: str(frame[:12]),
)
async def test_a_broken_frame_ends_the_socket(
    frame: str | bytes, server: ConsoleProcess, owner: Person
) -> None:
    headers = {"Cookie": owner.cookie}
    async with connected(
        socket_url(server), origin=server.url, additional_headers=headers
    ) as connection:
        await connection.send(frame)
        with pytest.raises(ConnectionClosed):
            await drained(connection)
        assert connection.close_code in {4400, 1009}


async def drained(connection: ClientConnection) -> None:
    async for _ in connection:
        pass


async def test_a_bad_query_is_an_error_of_its_subscription_alone(
    owner: Person, tab: OpenTab
) -> None:
    socket = await tab(owner)
    good = await socket.subscribe("good", "pods")
    for name, query in {
        "no such column": {"filter": ["nonsense=1"]},
        "no number": {"filter": ["restarts>many"]},
        "no facet": {"facet": ["name"]},
        "no sort": {"sort": ["nonsense"]},
        "bad labels": {"labels": "a in ("},
    }.items():
        shown = await socket.subscribe(name, "pods", **query)
        assert shown.error is not None, name
        assert shown.error["status"] == 422, name
        assert shown.error["errors"][0]["field"], name
    missing = await socket.subscribe("missing", "nonsense")
    assert missing.error is not None
    assert missing.error["status"] == 404
    assert good.error is None
    assert good.rows
    assert socket.closed is None
    socket.assert_as_described()


@pytest.fixture
def maps(stack: RunningStack) -> Iterator[list[str]]:
    """The names of twenty config maps of this test's own, which nobody else touches."""
    mark = f"window-{uuid.uuid4().hex[:8]}"
    names = [f"{mark}-{number:02}" for number in range(20)]
    items = [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "shop"}}
        for name in names
    ]
    document = {"apiVersion": "v1", "kind": "List", "items": items}
    stack.kubectl("create", "-f", "-", stdin=json.dumps(document))
    yield names
    stack.kubectl("delete", "configmaps", "-n", "shop", "--wait=false", *names)


async def test_windows_move_and_pauses_end_with_the_present(
    owner: Person, tab: OpenTab, maps: list[str]
) -> None:
    socket = await tab(owner)
    shown = await socket.subscribe("maps", "configmaps", limit=10, sort=["name"], q=maps[0][:-3])

    def names() -> list[str]:
        return [row["name"] for row in shown.rows]

    await socket.until(lambda: names() == maps[:10] and shown.total == 20, what="the first window")
    await socket.send("window", id="maps", offset=10, limit=10)
    await socket.until(lambda: names() == maps[10:], what="the next window")
    snapshots = shown.snapshots
    await socket.send("pause")
    await socket.send("resume")
    await socket.until(lambda: shown.snapshots > snapshots, what="a fresh snapshot")
    assert names() == maps[10:]
    socket.assert_as_described()
