"""What is revoked at one replica stops requests and open sockets at the other: two processes over
one PostgreSQL."""

from __future__ import annotations

import asyncio
import signal
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from auth.tokens import make_token
from tests.consoleprocess import PASSWORD, ConsoleProcess
from tests.integration.console.livesocket import LiveSocket, connected, socket_url
from tests.postgres import PostgresServer
from tests.provisioning import nonconformities, provisioner

pytestmark = pytest.mark.timeout(540)

ENDED, READ = 4401, {"rights": ["*:get", "*:list", "*:watch"]}


@dataclass
class Pair:
    """Two replicas: what is done at `here` is felt at `there`. `owner` is signed in here."""

    here: ConsoleProcess
    there: ConsoleProcess
    owner: httpx2.Client

    def token(self, owner: httpx2.Client, **more: Any) -> tuple[str, str]:
        """The id and the secret of a new token of `owner`."""
        made = owner.post("/tokens", json=READ | {"name": uuid.uuid4().hex} | more)
        assert made.status_code == 201, made.text
        return made.json()["id"], made.json()["secret"]

    def status(self, secret: str) -> int:
        """What the other replica answers to a request with the token."""
        return httpx2.get(
            f"{self.there.url}/api/v1/session",
            headers={"authorization": f"Bearer {secret}"},
            timeout=60,
        ).status_code

    async def socket(self, secret: str) -> LiveSocket:
        """An open socket at the other replica: a program's, without Origin and cookie."""
        headers = {"authorization": f"Bearer {secret}"}
        url = socket_url(self.there)
        return LiveSocket(await connected(url, additional_headers=headers, max_size=None))


@pytest.fixture(scope="module")
def pair(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer
) -> Iterator[Pair]:
    name = f"credentials_{uuid.uuid4().hex[:8]}"
    url = postgres_server.create_database(name, migrated=True)
    password, made = uuid.uuid4().hex, []
    try:
        for number in range(2):
            home = tmp_path_factory.mktemp(f"replica{number}")
            console = ConsoleProcess(
                Path(home), environment={"CRATON_DATABASE_URL": url}, password=password
            )
            made.append(console)
            console.start()
        with made[0].caller() as owner:
            yield Pair(made[0], made[1], owner)
    finally:
        for console in made:
            console.stop(signal.SIGKILL)
        postgres_server.drop_database(name)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not await asyncio.to_thread(holds):
            await asyncio.sleep(0.05)


@asynccontextmanager
async def streaming(pair: Pair, secret: str) -> AsyncIterator[LiveSocket]:
    """The token is in use at the other replica, with a request and a socket."""
    await until(lambda: pair.status(secret) == 200)
    socket = await pair.socket(secret)
    try:
        yield socket
    finally:
        await socket.close()


async def test_a_revoked_token_ends_its_socket_and_its_requests(pair: Pair) -> None:
    token, secret = pair.token(pair.owner)
    async with streaming(pair, secret) as socket:
        await socket.subscribe("t", "bindings")
        assert pair.owner.delete(f"/tokens/{token}").status_code == 204
        assert await socket.until_closed() == ENDED
        await until(lambda: pair.status(secret) == 401)


async def test_a_token_ends_with_its_owner(pair: Pair) -> None:
    login = pair.here.add_member(pair.owner, ("viewer", "org/main"))
    with pair.here.signed_in(login) as person:
        _, secret = pair.token(person.http)
        me = person.http.get("/session").json()["id"]
        async with streaming(pair, secret) as socket:
            assert pair.owner.delete(f"/users/{me}").status_code == 204
            assert await socket.until_closed() == ENDED
            await until(lambda: pair.status(secret) == 401)


async def test_c5_who_is_deactivated_by_scim_loses_an_open_socket_at_the_other_replica(
    pair: Pair,
) -> None:
    login = f"scim-{uuid.uuid4().hex[:8]}"
    with provisioner(pair.here) as client:
        person = client.person(login)
        rows = pair.owner.get("/collections/users", params={"q": login}).json()["rows"]
        (account,) = [row for row in rows if row["login"] == login]
        password = pair.owner.patch(
            f"/users/{account['key']}",
            json={"password": PASSWORD},
            headers={"If-Match": f'"{account["row_version"]}"'},
        )
        assert password.status_code == 200, password.text
        grant = {"subject": login, "role": "viewer", "scope": "org/main"}
        assert pair.owner.post("/bindings", json=grant).status_code == 201
        with pair.here.signed_in(login) as signed_in:
            _, secret = pair.token(signed_in.http)
            async with streaming(pair, secret) as socket:
                off = client.operate(
                    f"/Users/{person['id']}", {"op": "replace", "value": {"active": False}}
                )
                assert off.status_code == 200, off.text
                assert await socket.until_closed() == ENDED
                await until(lambda: pair.status(secret) == 401)
            assert signed_in.http.get("/session").status_code == 401


def test_the_scim_conformance_tester_finds_nothing_on_postgresql(pair: Pair) -> None:
    with provisioner(pair.here) as client:
        assert nonconformities(client.http) == []


async def test_a_right_its_owner_loses_leaves_its_open_socket(pair: Pair) -> None:
    login = pair.here.add_member(pair.owner)
    grant = {"subject": login, "role": "owner", "scope": "org/main"}
    bound = pair.owner.post("/bindings", json=grant).json()["id"]
    with pair.here.signed_in(login) as person:
        _, secret = pair.token(person.http, rights=["binding:list", "binding:watch"])
        async with streaming(pair, secret) as socket:
            shown = await socket.subscribe("t", "bindings")
            await socket.until(lambda: len(shown.rows) > 0)
            assert pair.owner.delete(f"/bindings/{bound}").status_code == 204
            refused = {"refused", "error", "problem"}
            await socket.until(
                lambda: (
                    socket.closed is not None
                    or not socket["t"].rows
                    or bool(refused & {frame["op"] for frame in socket.frames})
                ),
                what="nothing more is shown",
            )


async def test_an_unknown_token_opens_no_socket(pair: Pair) -> None:
    socket = await pair.socket(make_token())
    assert await socket.until_closed() == ENDED
    await socket.close()
