"""A small fleet of its own in the console's update service, for what people change of it."""

from __future__ import annotations

import base64
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.consoleprocess import ConsoleProcess
from tests.omaha_world import CHECK, PING, body, event

__all__ = ["OPEN", "Fleet", "wait_for"]

OPEN = {"enabled": True, "safe_mode": False, "max_updates_per_period": None}
"""A policy that lets everybody start at once."""


def wait_for(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Return as soon as `condition` is true; fails after `seconds`."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"not within {seconds} s"
        time.sleep(0.2)


@dataclass
class Fleet:
    """An application with everything in it named by `mark`, which no other test has."""

    console: ConsoleProcess
    mark: str = field(default_factory=lambda: f"fleet{uuid.uuid4().hex[:8]}")
    application: int = 0

    def __post_init__(self) -> None:
        made = self.post("applications", {"appid": self.mark, "name": f"{self.mark} app"})
        self.application = made["id"]

    def post(self, path: str, content: dict[str, Any]) -> dict[str, Any]:
        """Make something; what it is then."""
        with self.console.caller() as caller:
            answer = caller.post(f"/updates/{path}", json=content)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def get(self, path: str) -> dict[str, Any]:
        with self.console.caller() as caller:
            return caller.get(f"/updates/{path}").raise_for_status().json()

    def change(self, method: str, path: str, version: int, content: Any = None) -> dict[str, Any]:
        """Change something of the version that is known."""
        with self.console.caller() as caller:
            answer = caller.request(
                method, f"/updates/{path}", json=content, headers={"If-Match": f'"{version}"'}
            )
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def rows(self, collection: str) -> dict[str, dict[str, Any]]:
        """The fleet's rows of a collection, by key."""
        with self.console.caller() as caller:
            query = {"q": self.mark, "limit": 100}
            found = caller.get(f"/collections/{collection}", params=query).json()
        return {row["key"]: row for row in found["rows"]}

    def package(self, number: int) -> dict[str, Any]:
        """A package whose payload lies elsewhere."""
        return self.post(
            f"applications/{self.application}/packages",
            {
                "release": f"5000.{number}.0",
                "arch": "amd64",
                "url": "https://mirror.test/",
                "filename": f"{self.mark}-{number}.gz",
                "size": 5,
                "sha256": base64.b64encode(bytes(32)).decode(),
                "description": self.mark,
            },
        )

    def channel(self, name: str, package: int | None = None) -> dict[str, Any]:
        content = {"name": f"{self.mark}-{name}", "arch": "amd64", "package_id": package}
        return self.post(f"applications/{self.application}/channels", content)

    def group(self, name: str, channel: int | None = None, **policy: Any) -> dict[str, Any]:
        """A group whose track is its name."""
        named = f"{self.mark}-{name}"
        content = {"name": named, "track": named, "arch": "amd64", "channel_id": channel}
        return self.post(
            f"applications/{self.application}/groups", {**content, "policy": policy or None}
        )

    def machine(self, name: str, track: str) -> str:
        """The id of a machine that checked in and is in the group of the track."""
        machine = uuid.uuid4().hex
        wait_for(lambda: 'status="ok"' in self.check(machine, name, track))
        return machine

    def check(self, machine: str, name: str, track: str, *more: str) -> str:
        """What the service answers to a machine's check."""
        content = body(
            machine, "4459.2.0", *(more or (PING, CHECK)),
            track=f"{self.mark}-{track}", appid=self.mark, alias=f"{self.mark}-{name}",
        )  # fmt: skip
        return httpx2.post(f"{self.console.url}/v1/update", content=content, timeout=60).text

    def fail(self, machine: str, name: str, track: str) -> None:
        """The machine is offered an update, and reports that it failed."""
        offered = re.compile(r'<manifest version="')
        wait_for(lambda: offered.search(self.check(machine, name, track)))
        self.check(machine, name, track, event(3, 0))
