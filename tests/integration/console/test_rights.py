"""A changed right reshapes open streams within two seconds; an ended session closes them."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

import pytest

from tests.consoleprocess import PASSWORD, ConsoleProcess, Person
from tests.integration.console.conftest import OpenTab
from tests.integration.console.livesocket import LiveSocket

pytestmark = pytest.mark.timeout(600)

SHOP = "org/main/cluster/local/ns/shop"
PAYMENTS = "org/main/cluster/local/ns/payments"
PROMISED = 2.0
SLACK = 58.0
"""A loaded machine may be late; how late is said at the end of the run."""


def bindings(owner: Person, person: Person) -> dict[str, str]:
    """Scope → id of what this person holds."""
    answer = owner.http.get("/collections/bindings", params={"filter": f"subject={person.login}"})
    return {row["scope"]: row["key"] for row in answer.json()["rows"]}


def namespaces(socket: LiveSocket) -> set[str]:
    return {row["namespace"] for row in socket["pods"].rows}


@pytest.fixture
def within_promise(record_property: Callable[[str, object], None]) -> Callable[..., Awaitable]:
    async def wait(socket: LiveSocket, holds: Callable[[], bool], what: str) -> None:
        started = time.monotonic()
        seen = await socket.until(holds, PROMISED + SLACK, what) - started
        record_property(f"latency of {what}", f"{seen:.3f} s")

    return wait


async def test_rights_given_and_taken(
    owner: Person, member: Callable[..., Person], tab: OpenTab, within_promise
) -> None:
    person = member(("viewer", SHOP))
    socket = await tab(person)
    pods = await socket.subscribe("pods", "pods", facet=["namespace"])
    await socket.until(lambda: namespaces(socket) == {"shop"}, what="the first right")

    grant = {"subject": person.login, "role": "viewer", "scope": PAYMENTS}
    assert owner.http.post("/bindings", json=grant).status_code == 201
    await within_promise(
        socket, lambda: namespaces(socket) == {"shop", "payments"}, "a right given"
    )
    both = pods.total

    held = bindings(owner, person)
    assert owner.http.delete(f"/bindings/{held[SHOP]}").status_code == 204
    await within_promise(socket, lambda: namespaces(socket) == {"payments"}, "a right taken")
    assert pods.total == len(pods.rows) < both
    assert [entry["value"] for entry in pods.facets["namespace"]] == ["payments"]
    assert pods.resyncs >= 2
    assert pods.seq >= 3

    assert owner.http.delete(f"/bindings/{held_of(owner, person, PAYMENTS)}").status_code == 204
    assert await socket.until_closed(PROMISED + SLACK) == 4403
    assert person.http.get("/collections/pods").status_code == 403
    socket.assert_as_described()


def held_of(owner: Person, person: Person, scope: str) -> str:
    return bindings(owner, person)[scope]


async def test_signing_out_closes(member: Callable[..., Person], tab: OpenTab) -> None:
    person = member(("viewer", SHOP))
    first, second = await tab(person), await tab(person)
    await first.subscribe("pods", "pods")
    assert person.http.delete("/session").status_code == 200
    for socket in (first, second):
        assert await socket.until_closed(PROMISED + SLACK) == 4401


@pytest.mark.parametrize("how", ["disabled", "password", "deleted"])
async def test_an_account_that_ends_closes_its_tabs(
    how: str, owner: Person, member: Callable[..., Person], tab: OpenTab
) -> None:
    person = member(("viewer", SHOP))
    socket = await tab(person)
    await socket.subscribe("pods", "pods")
    found = owner.http.get("/collections/users", params={"filter": f"login={person.login}"})
    user = found.json()["rows"][0]
    if how == "deleted":
        answer = owner.http.delete(f"/users/{user['key']}")
    else:
        change = {"disabled": True} if how == "disabled" else {"password": PASSWORD + " new"}
        answer = owner.http.patch(
            f"/users/{user['key']}", json=change, headers={"If-Match": f'"{user["row_version"]}"'}
        )
    assert answer.status_code in {200, 204}, answer.text
    assert await socket.until_closed(PROMISED + SLACK) == 4401
    assert person.http.get("/collections/pods").status_code == 401


async def test_a_new_account_shows_on_the_open_access_page(
    server: ConsoleProcess, owner: Person, member: Callable[..., Person], tab: OpenTab
) -> None:
    socket = await tab(owner)
    users = await socket.subscribe("users", "users")
    activity = await socket.subscribe("activity", "activity", sort=["-at"])
    before = {row["login"] for row in users.rows}
    person = member(("viewer", SHOP))
    await socket.until(
        lambda: person.login in {row["login"] for row in users.rows}, PROMISED + SLACK, "a user"
    )
    assert {row["login"] for row in users.rows} == before | {person.login}
    await socket.until(
        lambda: person.login in str(activity.rows), PROMISED + SLACK, "what was done"
    )
