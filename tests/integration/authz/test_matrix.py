"""Every operation, by every built-in role, at every kind of scope: who is not signed in gets 401,
who may not see the object 404, who may see it but not do this 403, who may what it answers.

The operations come from the OpenAPI document, their rights from ``x-craton-requires``; what is
expected follows from the roles' pairs and whole scope segments alone, computed here and not
asked of `auth.policy`. Changes are rolled back, so that each request meets the same world.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Any
from zlib import crc32

import httpx2
import pytest
import pytest_asyncio

from auth.builtin import built_in
from auth.principal import Principal
from auth.role import OPERATOR, OWNER, VIEWER, Role
from auth.scope import Scope
from auth.verb import Verb
from tests.integration.authz.place import ORG, LatePlace, OwnPlace, Place
from tests.integration.authz.places import MATRIX
from tests.integration.authz.world import MatrixWorld, running_world
from tests.people import holding, principal

pytestmark = [pytest.mark.timeout(540), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[MatrixWorld]:
    async with running_world(tmp_path_factory.mktemp("matrix")) as made:
        yield made


WIDE = {OWNER, OPERATOR, VIEWER}


def held_scopes(scope: Scope, *, all_of_them: bool) -> Iterator[Scope]:
    """Where somebody may hold a role, as seen from an object: above, at, below, beside."""
    yield from (scope[:length] for length in range(2, len(scope) + 1))
    yield (*scope[:-1], f"{scope[-1]}1")
    if all_of_them:
        yield (*scope, "below", "it")
        yield (*scope[:-1], "another")
        yield (*ORG, "cluster", "elsewhere")
        yield ("org", "another")
        yield ("org", "mai")


def callers(roles: Iterable[Role], scope: Scope, name: str) -> Iterator[tuple[Principal, str]]:
    yield principal(holding()), "nobody"
    narrow = [role for role in roles if role.id not in WIDE]
    # Where a role reaches is the same question for all: of the narrow ones each operation meets
    # one, each another.
    role = narrow[crc32(name.encode()) % len(narrow)]
    yield principal(holding((role, scope))), f"{role.id} at {'/'.join(scope)}"
    for role in roles:
        if role.id not in WIDE:
            continue
        # What lies elsewhere is asked by the strongest role: no other can hold more there.
        for held in dict.fromkeys(held_scopes(scope, all_of_them=role.id == OWNER)):
            yield principal(holding((role, held))), f"{role.id} at {'/'.join(held)}"


def holds(caller: Principal, kind: str, verb: str, scope: Scope) -> bool:
    """The oracle: the pair is in the role, and the scope begins with the binding's segments."""
    return any(
        (kind, Verb(verb)) in b.role.pairs and scope[: len(b.scope)] == b.scope
        for b in caller.policy.bindings
    )


def expected(caller: Principal, needs: list[dict[str, str]], place: Place) -> frozenset[int]:
    scopes = place.scopes if len(place.scopes) == len(needs) else place.scopes * len(needs)
    for need, scope in zip(needs, scopes, strict=True):
        if not holds(caller, need["kind"], need["verb"], scope):
            seen = holds(caller, need["kind"], "get", scope)
            return frozenset({403 if seen else 404})
    return place.ok


def method_of(name: str) -> str:
    return name.partition(" ")[0]


def fault(answer: httpx2.Response, name: str, who: str, wanted: object) -> str:
    return f"{name} as {who}: {answer.status_code} instead of {wanted}: {answer.text[:160]}"


def refused(answer: httpx2.Response) -> bool:
    return answer.status_code in {401, 403, 404}


async def ask_place(world: MatrixWorld, name: str, place: Place, needs: Any) -> list[str]:
    faults, method = [], method_of(name)
    for caller, who in callers(world.roles, place.scopes[0], name):
        wanted = expected(caller, needs, place)
        answer = await world.ask(method, place.address, caller, place.body, place.headers)
        if answer.status_code not in wanted:
            faults.append(fault(answer, name, who, set(wanted)))
    return faults


async def ask_late(world: MatrixWorld, name: str, place: LatePlace) -> list[str]:
    faults = []
    for caller, who in callers(world.roles, place.scope, name):
        answer = await world.ask(method_of(name), place.address, caller, place.body, {})
        allowed = holds(caller, place.kind, place.verb, place.scope)
        empty = refused(answer) or (place.empty is not None and place.empty(answer.json()))
        if empty == allowed or (not refused(answer) and answer.status_code not in place.ok):
            faults.append(fault(answer, name, who, "something" if allowed else "nothing"))
    return faults


async def ask_own(world: MatrixWorld, name: str, place: OwnPlace) -> list[str]:
    faults = []
    for caller, who in callers(world.roles, ORG, name):
        answer = await world.ask(method_of(name), place.address, caller, None, {})
        if answer.status_code != place.ok:
            faults.append(fault(answer, name, who, place.ok))
    return faults


async def test_every_operation_for_every_role_at_every_scope(world: MatrixWorld) -> None:
    faults: list[str] = []
    for name, needs in world.operations.items():
        place = MATRIX[name]
        match place:
            case Place():
                faults += await ask_place(world, name, place, needs)
            case LatePlace():
                faults += await ask_late(world, name, place)
            case OwnPlace():
                faults += await ask_own(world, name, place)
    assert not faults, "\n".join(faults)


async def test_nobody_is_let_in_without_a_session(world: MatrixWorld) -> None:
    faults = []
    for name in world.operations:
        place = MATRIX[name]
        sent = place.body if isinstance(place, Place | LatePlace) else None
        answer = await world.ask(name.split()[0], place.address, None, sent, {})
        if answer.status_code != 401:
            faults.append(fault(answer, name, "a stranger", 401))
    assert not faults, "\n".join(faults)


async def test_missing_and_invisible_are_one_answer(world: MatrixWorld) -> None:
    """Body, headers and status alike, for callers without any right and for viewers of
    something else, whatever the method."""
    strangers = [
        principal(holding()),
        world.viewer((*ORG, "updates", "7")),
        world.viewer((*ORG, "updates", "1", "group", "7")),
    ]
    faults = []
    for name in world.operations:
        place = MATRIX[name]
        if not isinstance(place, Place) or "/1" not in place.address:
            continue
        for caller in strangers:
            told = []
            for number in ("1", "99"):
                address = place.address.replace("/1", f"/{number}", 1)
                method = name.split()[0]
                answer = await world.ask(method, address, caller, place.body, place.headers)
                told.append(shape(answer, f"/{number}"))
            if told[0] != told[1] or told[0][0] != 404:
                faults.append(f"{name}: {told}")
    assert not faults, "\n".join(faults)


def shape(answer: httpx2.Response, number: str) -> tuple[int, str, list[tuple[str, str]]]:
    """All of an answer but its own address, request id and the time."""
    body = json.loads(answer.text)
    body["instance"] = body.get("instance", "").replace(number, "/N", 1)
    own = {"x-request-id", "date", "content-length", "content-security-policy"}
    headers = sorted((k, v) for k, v in answer.headers.items() if k not in own)
    return answer.status_code, json.dumps(body, sort_keys=True), headers


async def test_the_roles_are_the_built_in_ones(world: MatrixWorld) -> None:
    assert set(world.roles) == set(built_in(world.catalogue).values())
