"""A whole console in the test's process: real app, real database, no upstreams."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI

from auth.scope import render
from backend.app import create_app
from backend.settings import Settings
from backend.state import console_of
from tests.databases import place_sqlite

__all__ = ["BASE_URL", "OWNER_PASSWORD", "Caller", "ConsoleApp", "running_console"]

BASE_URL = "http://127.0.0.1:8080"
OWNER_PASSWORD = "correct horse battery"


class Caller(httpx2.AsyncClient):
    """A browser of one person: keeps its cookies, sends our header and Origin."""

    def __init__(self, app: FastAPI, address: str = "127.0.0.1") -> None:
        super().__init__(
            transport=httpx2.ASGITransport(app, client=(address, 50000)),
            base_url=f"{BASE_URL}/api/v1",
            headers={"x-craton-request": "1", "origin": BASE_URL},
        )

    async def sign_in(self, login: str, password: str) -> httpx2.Response:
        """Open a session; the answer, whatever it is."""
        return await self.post("/session", json={"login": login, "password": password})


class ConsoleApp:
    """The running app with an owner ("owner") made from the environment."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.state = console_of(app)
        self._callers: list[Caller] = []

    def caller(self, address: str = "127.0.0.1") -> Caller:
        """Somebody at `address` who is not signed in yet."""
        caller = Caller(self.app, address)
        self._callers.append(caller)
        return caller

    async def owner(self) -> Caller:
        """The owner, signed in."""
        caller = self.caller()
        answer = await caller.sign_in("owner", OWNER_PASSWORD)
        assert answer.status_code == 200, answer.text
        return caller

    async def member(self, login: str, *grants: tuple[str, tuple[str, ...]]) -> Caller:
        """A user made by the owner with these (role, scope) grants, signed in."""
        owner = await self.owner()
        body = {"login": login, "password": OWNER_PASSWORD}
        made = await owner.post("/users", json=body)
        assert made.status_code == 201, made.text
        for role, scope in grants:
            grant = {"subject": login, "role": role, "scope": render(scope)}
            bound = await owner.post("/bindings", json=grant)
            assert bound.status_code == 201, bound.text
        caller = self.caller()
        assert (await caller.sign_in(login, OWNER_PASSWORD)).status_code == 200
        return caller

    def replace(self, part: object) -> None:
        """Give the routes this part instead of the console's own of its type."""
        self.app.state.parts.put(part)

    async def close(self) -> None:
        """Close every caller."""
        for caller in self._callers:
            await caller.aclose()


@asynccontextmanager
async def running_console(
    home: Path,
    database_url: str = "",
    *,
    owner: bool = True,
    prepare: Callable[[FastAPI], None] = lambda _: None,
    **settings: Any,
) -> AsyncIterator[ConsoleApp]:
    """Start the app's lifespan around the test; without `owner` it waits for setup. `prepare` gets
    the app before that."""
    options: dict[str, Any] = {"update_defaults": False}
    if owner:
        password = home / "owner-password"
        password.write_text(OWNER_PASSWORD + "\n")
        options |= {"bootstrap_admin": "owner", "bootstrap_password_file": password}
    if not database_url:
        place_sqlite(home / "craton.db")
    app = create_app(Settings(home=home, database_url=database_url, **options | settings))
    prepare(app)
    async with app.router.lifespan_context(app):
        console = ConsoleApp(app)
        yield console
        await console.close()
