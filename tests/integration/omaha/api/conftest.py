"""The operators' API over a real database, in process, with a caller one can choose."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
import structlog
from fastapi import FastAPI
from sqlalchemy import select
from starlette.routing import Mount

from auth.principal import Principal
from auth.role import Role
from auth.scope import Scope
from backend.db.audit import AuditEntry
from backend.db.engine import create_db_sessions, create_engine
from backend.http.guard import require_principal
from backend.http.problems import install_problem_handlers
from backend.live.guard import guard_of
from backend.live.parse import parse_query
from backend.omaha.api import UpdatesDeps, updates_router
from backend.omaha.catalog import files as hosted
from backend.omaha.lists.sources import sources
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.serving import MOUNT, payloads_app
from backend.parts import provide
from tests import people
from tests.roles import OWNER
from tests.unit.jobs.replicas import Replica

ROOT: Scope = ("org", "main")


def principal(*rights: tuple[Role, Scope]) -> Principal:
    return people.principal(people.holding(*rights))


@dataclass
class Api:
    """A client of the app; `as_` chooses the caller."""

    http: httpx2.AsyncClient
    app: FastAPI
    db_sessions: Any
    files: PayloadFiles
    replica: Replica
    caller: Principal = field(default_factory=lambda: principal((OWNER, ROOT)))

    async def audited(self) -> list[tuple[str, str, dict[str, Any]]]:
        """(action, target, change) of every entry of the audit record, in order."""
        async with self.db_sessions() as session:
            found = await session.scalars(select(AuditEntry).order_by(AuditEntry.key))
            return [(e.action, e.target, json.loads(e.change or "{}")) for e in found]

    def as_(self, *rights: tuple[Role, Scope]) -> None:
        self.caller = principal(*rights)

    async def send(self, method: str, path: str, body: Any = None, **headers: str):
        url = path if path.startswith("/v1") else f"/api/v1/updates{path}"
        sent = {k.replace("_", "-"): v for k, v in headers.items()}
        return await self.http.request(method, url, json=body, headers=sent)

    async def get(self, path: str, **params: Any):
        answer = await self.http.get(f"/api/v1/updates{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def make(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.send("POST", path, body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def finish(self, where: str) -> dict[str, Any]:
        """The file that an upload (``/uploads/<id>``) became."""
        begun = await self.send("POST", f"{where}/finish")
        assert begun.status_code == 202, begun.text
        ended = await self.finished(where)
        assert ended["state"] == "done", ended
        return ended["file"]

    async def finished(self, where: str) -> dict[str, Any]:
        """How the job that finishes an upload ended."""
        deadline = time.monotonic() + 60
        while (found := await self.get(f"{where}/finish"))["state"] == "running":
            assert time.monotonic() < deadline, found
            await asyncio.sleep(0.02)
        return found

    async def rows(self, name: str, *filters: str, q: str = "") -> list[Any]:
        """The rows of a collection that the caller may list."""
        lists = {source.name: source for source, _ in sources(self.db_sessions, "main")}
        source = lists[name]
        query = parse_query(source.collection, filters=filters, q=q)
        guard = guard_of(self.caller, source.collection)
        page = await source.page(query, guard, limit=1000, after=None, now=time.time())
        return page.rows

    async def patch(self, path: str, version: int, **body: Any):
        return await self.send("PATCH", path, body, if_match=f'"{version}"')

    async def delete(self, path: str, version: int):
        return await self.send("DELETE", path, if_match=f'"{version}"')


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """Tracebacks in one line: the default draws every local variable, for minutes."""
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    yield
    structlog.reset_defaults()


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[Api]:
    engine = create_engine(database_url)
    replica = await Replica(database_url).start(migrate=False)
    db_sessions = create_db_sessions(engine, replica.bus)
    files = PayloadFiles(tmp_path / "payloads", reserve=0)
    app = FastAPI(max_body_size=1 << 20)
    provide(app, db_sessions)
    install_problem_handlers(app)
    made: list[Api] = []

    async def resolve(name: str):
        async with db_sessions() as session:
            return await hosted.resolve(session, name)

    deps = UpdatesDeps(organisation="main", files=files, jobs=replica.jobs)
    for job in (deps.import_job, deps.upload_job):
        replica.jobs.worker.known[job.kind] = job
    app.include_router(updates_router(deps), prefix="/api/v1")
    app.router.routes.append(Mount(MOUNT, app=payloads_app(files, resolve)))
    app.dependency_overrides[require_principal] = lambda: made[0].caller
    transport = httpx2.ASGITransport(app, raise_app_exceptions=True)
    async with httpx2.AsyncClient(transport=transport, base_url="http://craton") as http:
        made.append(Api(http, app, db_sessions, files, replica))
        yield made[0]
    await made[0].replica.stop()
    if replica is not made[0].replica:  # the routes went on with the one that vanished
        await replica.vanish()
    await engine.dispose()


@dataclass
class Estate:
    """A small catalogue: one application, two packages, a channel, a group."""

    app: dict[str, Any]
    old: dict[str, Any]
    new: dict[str, Any]
    channel: dict[str, Any]
    group: dict[str, Any]


def package_body(release: str, arch: str = "amd64", **more: Any) -> dict[str, Any]:
    return {
        "release": release, "arch": arch, "url": "https://u.example/x", "filename": "f.gz",
        "size": 10, "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", **more,
    }  # fmt: skip


@pytest.fixture
async def estate(api: Api) -> Estate:
    app = await api.make(
        "/applications", appid="{E96281A6-D1AF-4BDE-9A0A-97B76E56DC57}", name="Flatcar"
    )
    base = f"/applications/{app['id']}"
    old = await api.make(f"{base}/packages", **package_body("4459.2.0"))
    new = await api.make(f"{base}/packages", **package_body("4593.2.5"))
    channel = await api.make(
        f"{base}/channels", name="stable", arch="amd64", package_id=new["id"], color="#1166cc"
    )
    group = await api.make(
        f"{base}/groups", name="Production", track="stable", arch="amd64",
        channel_id=channel["id"], policy={"enabled": True},
    )  # fmt: skip
    return Estate(app, old, new, channel, group)
