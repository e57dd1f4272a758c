"""Machines for tests: an in-process post, and update_engine's cycle as the reference tells it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from backend.omaha.operate.service import UpdateService
from tests.omaha_world import CHECK, OLD, PING, body, event
from tests.waiting import until

UPDATED = re.compile(r'<manifest version="([^"]+)"')


@dataclass
class Reply:
    status: int
    text: str

    @property
    def offered(self) -> str | None:
        found = UPDATED.search(self.text)
        return found and found.group(1)

    @property
    def app_status(self) -> str:
        return ET.fromstring(self.text).findall("app")[0].attrib["status"]

    @property
    def check_status(self) -> str | None:
        found = ET.fromstring(self.text).find("app/updatecheck")
        return None if found is None else found.attrib["status"]


async def post(
    service: UpdateService, content: bytes, *, ip: str = "192.0.2.1", path: str = "/v1/update"
) -> Reply:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "path": path,
        "method": "POST",
        "scheme": "http",
        "headers": [(b"host", b"updates.example:8080")],
        "client": (ip, 1),
    }
    await service.endpoint(scope, receive, send)
    return Reply(sent[0]["status"], sent[1]["body"].decode())


@dataclass
class Machine:
    """A faithful client: what update_engine sends in its cycle (updates 3.5)."""

    service: UpdateService
    number: int
    release: str = OLD
    track: str = "stable"
    target: str | None = None
    previous: str = ""
    replies: list[Reply] = field(default_factory=list)

    async def send(self, *inner: str, source: str = "scheduler") -> Reply:
        content = body(self.number, self.release, *inner, track=self.track, source=source)
        self.replies.append(await post(self.service, content))
        return self.replies[-1]

    async def check(self, source: str = "scheduler") -> str | None:
        report = event(3, 2, self.previous)
        self.previous = ""
        reply = await self.send(PING, CHECK, report, source=source)
        self.target = reply.offered
        return self.target

    async def learns(self, offered: str | None) -> None:
        """Check until the service has heard what an operator changed elsewhere: it may hold by what
        it knew before, but offers nothing by it."""
        await until(partial(self._is_offered, offered))

    async def _is_offered(self, offered: str | None) -> bool:
        return await self.check() == offered

    async def download(self) -> None:
        await self.send(event(13, 1))
        await self.send(event(14, 1))

    async def install(self) -> None:
        await self.download()
        await self.send(event(3, 1))

    async def fail(self, code: int = 268435466) -> None:
        await self.send(event(3, 0, code=code))

    def reboot(self) -> None:
        assert self.target is not None
        self.previous, self.release, self.target = self.release, self.target, None

    async def update(self) -> str | None:
        """One whole cycle; the version reached, or None when nothing was offered."""
        if await self.check() is None:
            return None
        await self.install()
        await self.send(PING)
        self.reboot()
        return self.release
