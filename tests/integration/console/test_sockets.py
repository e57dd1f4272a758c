"""Who may open the live socket, and from where."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.consoleprocess import ConsoleProcess, Person
from tests.integration.console.conftest import OpenTab
from tests.integration.console.livesocket import open_socket, socket_url

pytestmark = pytest.mark.timeout(240)

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
        await connect(socket_url(server), origin=origin, additional_headers=headers)
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("host", ["console.example.com", "", "169.254.169.254"])
async def test_a_foreign_host_is_refused(host: str, server: ConsoleProcess, owner: Person) -> None:
    """DNS rebinding: Origin and Host agree with each other, and not with us."""
    port = server.url.rpartition(":")[2]
    headers = {"Cookie": owner.cookie}
    with pytest.raises(InvalidStatus) as refused:
        await connect(
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
    connection = await connect(socket_url(server), origin=server.url, additional_headers=headers)
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
    async with connect(
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


async def test_windows_move_and_pauses_end_with_the_present(owner: Person, tab: OpenTab) -> None:
    socket = await tab(owner)
    pods = await socket.subscribe("pods", "pods", limit=10, sort=["namespace", "name"])
    first = pods.keys
    assert len(first) == 10
    await socket.send("window", id="pods", offset=10, limit=10)
    await socket.until(lambda: pods.keys != first and len(pods.keys) == 10, what="the next window")
    assert not set(pods.keys) & set(first)
    await socket.send("pause")
    await socket.send("resume")
    snapshots = pods.snapshots
    await socket.until(lambda: pods.snapshots > snapshots, what="a fresh snapshot")
    socket.assert_as_described()
