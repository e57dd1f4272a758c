"""One real console process on the shared real stack, and people who use it.

The tests of the shared stack run on one worker (tests/grouping.py): one console for all of
them. Tests that break things have a stack of their own (test_outages.py).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack

import httpx2
import pytest

from tests.consoleprocess import OWNER, ConsoleProcess, Person, launch_console, wait_loaded
from tests.integration.console.bench import Bench, own_bench
from tests.integration.console.livesocket import LiveSocket, open_socket
from tests.stackfixtures import RunningStack

OpenTab = Callable[..., Awaitable[LiveSocket]]


@pytest.fixture(scope="session")
def server(
    stack: RunningStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ConsoleProcess]:
    """A real console process with all rows of the shared stack."""
    running = launch_console(tmp_path_factory.mktemp("server"), stack)
    try:
        with running.caller() as caller:
            wait_loaded(caller)
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def owner(server: ConsoleProcess) -> Iterator[Person]:
    """The owner, signed in once."""
    with server.signed_in(OWNER, server.password) as person:
        yield person


@pytest.fixture
def bench(stack: RunningStack, owner: Person) -> Iterator[Bench]:
    """A namespace of this test's own, and the owner, who acts in it."""
    with own_bench(stack, owner) as made:
        yield made


@pytest.fixture
def member(server: ConsoleProcess, owner: Person) -> Iterator[Callable[..., Person]]:
    """A factory of users with (role, scope) grants, signed in."""
    with ExitStack() as sessions:

        def make(*grants: tuple[str, str]) -> Person:
            login = server.add_member(owner.http, *grants)
            return sessions.enter_context(server.signed_in(login))

        yield make


@pytest.fixture
async def tab(server: ConsoleProcess) -> AsyncIterator[OpenTab]:
    """A factory of live sockets on the shared console."""
    opened: list[LiveSocket] = []

    async def make(person: Person) -> LiveSocket:
        opened.append(await open_socket(server, person))
        return opened[-1]

    yield make
    for socket in opened:
        await socket.close()


@pytest.fixture
def anonymous(server: ConsoleProcess) -> Iterator[httpx2.Client]:
    """Somebody who is not signed in."""
    with server.anyone() as client:
        yield client
