"""An authenticator app for tests: a secret, and the codes it shows as its clock goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any

import httpx2
import pyotp
import pytest
from sqlalchemy import func, select

from auth.scope import organisation
from backend.features.account import authenticators
from backend.features.session import settingup
from backend.identity import factors
from tests.console import OWNER_PASSWORD, Caller, ConsoleApp

__all__ = ["App", "Clock", "answer", "asked", "counted", "member_with_app", "set_up"]

NOW = 1_800_000_015.0


@dataclass
class Clock:
    """The time by which codes are looked at; a test moves it, and a slow machine does not."""

    now: float = NOW

    @classmethod
    def put_in(cls, patch: pytest.MonkeyPatch, *more: ModuleType) -> Clock:
        clock = cls()
        for module in (authenticators, factors, settingup, *more):
            patch.setattr(module, "time", SimpleNamespace(time=lambda: clock.now))
        return clock

    def next_step(self, steps: int = 1) -> None:
        self.now += 30 * steps


@dataclass
class App:
    """What a person's phone shows; `codes` are their recovery codes."""

    secret: str
    clock: Clock
    codes: list[str] = field(default_factory=list)

    def code(self, skew: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(int(self.clock.now) + 30 * skew)


async def set_up(caller: Caller, clock: Clock) -> App:
    """Somebody sets up an app; the next code is of a step that is not used yet."""
    begun = await caller.post("/account/authenticator/set-up")
    assert begun.status_code == 200, begun.text
    app = App(begun.json()["secret"], clock)
    body = {"state": begun.json()["state"], "code": app.code()}
    done = await caller.post("/account/authenticator", json=body)
    assert done.status_code == 201, done.text
    app.codes = done.json()["codes"]
    clock.next_step()
    return app


async def member_with_app(
    console: ConsoleApp, clock: Clock, login: str = "ada"
) -> tuple[Caller, App]:
    """A member, who may look, with an app: in the browser they set it up in."""
    person = await console.member(login, ("viewer", organisation("main")))
    return person, await set_up(person, clock)


async def asked(caller: Caller, login: str, password: str = OWNER_PASSWORD) -> dict[str, Any]:
    """What a right password is answered with, of an account that takes more."""
    answered = await caller.sign_in(login, password)
    assert answered.status_code == 401, answered.text
    told: dict[str, Any] = answered.json()
    assert told["type"] == "urn:craton:problem:next-step"
    assert (await caller.get("/session")).status_code == 401, "no session before the last step"
    return told


async def answer(caller: Caller, told: dict[str, Any], code: str) -> httpx2.Response:
    """Give a code to the step that was asked for."""
    return await caller.post("/session/next", json={"state": told["state"], "code": code})


async def counted(console: ConsoleApp, table: Any) -> int:
    """Rows of a table."""
    async with console.state.db_sessions() as db:
        return (await db.execute(select(func.count()).select_from(table))).scalar_one()
