"""R1: no state of a licence stops anything but the acts of the table, on any route there is.

Every operation of the API (the matrix of `tests/integration/authz`, which fails when one is
missing) is asked by an owner in every state, with every count far beyond every limit.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from fastapi.routing import APIRoute, iter_route_contexts

from auth.builtin import built_in
from backend.commerce.entitled import Entitlements, entitlements
from backend.commerce.licence.dates import begins, ends, grace_ends, notices
from backend.commerce.licence.evaluation import Standing, evaluate
from backend.commerce.licence.states import State
from backend.commerce.licence.stops import STOPS
from backend.http.guard import CurrentPrincipal
from tests.integration.authz.place import OwnPlace
from tests.integration.authz.places import MATRIX
from tests.integration.authz.world import MatrixWorld, running_world
from tests.people import holding, principal
from tests.unit.commerce.vendor import believed, licence

pytestmark = [pytest.mark.timeout(540), pytest.mark.asyncio(loop_scope="module")]

HARD = {"value": 10, "enforce": "hard"}
ONE = licence(entitlements={"servers": HARD, "clusters": HARD, "repositories": HARD})
COUNTS = {"servers": 400, "clusters": 400, "repositories": 400, "private_repositories": None}
MOMENTS = {
    State.VALID: begins(ONE),
    State.EXPIRING: notices(ONE)[0],
    State.GRACE: ends(ONE),
    State.DEGRADED: grace_ends(ONE),
}
CLUSTER = {"kind": "kubernetes", "name": "x", "way": "address", "values": {}}


def standing(state: State) -> Standing:
    documents = [] if state is State.COMMUNITY else [believed(ONE)]
    found = evaluate(documents, COUNTS, MOMENTS.get(state, 0.0))
    assert found.state is state
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[MatrixWorld]:
    async with running_world(tmp_path_factory.mktemp("licences")) as made:
        yield made


def put(world: MatrixWorld, state: State) -> None:
    async def instead(caller: CurrentPrincipal) -> Entitlements:
        return Entitlements(standing(state), caller)

    world._console.app.dependency_overrides[entitlements] = instead


async def ask(world: MatrixWorld, name: str, body: Any = None) -> int:
    place = MATRIX[name]
    owner = principal(holding((built_in(world.catalogue)["owner"], ("org", "main"))))
    sent = None if isinstance(place, OwnPlace) else place.body
    headers = getattr(place, "headers", {})
    method = name.partition(" ")[0]
    answer = await world.ask(method, place.address, owner, body or sent, headers)
    if answer.status_code == 402:
        told = answer.json()
        assert told["fix"].endswith("."), told
        assert told["limit"] is not None, told
    return answer.status_code


def names(world: MatrixWorld) -> set[str]:
    return {
        operation.replace(" /api/v1", " ", 1)
        for stop in STOPS.values()
        for operation in stop.operations
    }


@pytest.mark.parametrize("state", list(State))
async def test_nothing_but_the_acts_of_the_table_is_stopped(
    world: MatrixWorld, state: State
) -> None:
    put(world, state)
    assert names(world) <= set(world.operations), "the table names an operation there is not"
    stopped = {name for name in world.operations if await ask(world, name) == 402}
    assert stopped <= names(world)
    # The matrix connects an etcd, which nothing limits.
    assert stopped == names(world) - {"POST /connections"}
    assert await ask(world, "POST /connections", CLUSTER) == 402


async def test_who_asks_for_an_entitlement_is_in_the_table(world: MatrixWorld) -> None:
    asking = {
        f"{method} {route.path}"
        for route in iter_route_contexts(world._console.app.routes)
        if isinstance(route.route, APIRoute)
        and any(one.call is entitlements for one in route.route.dependant.dependencies)
        for method in route.route.methods
    }
    table = {operation for stop in STOPS.values() for operation in stop.operations}
    assert asking - {"GET /api/v1/licence/acts"} == table
