"""The Kubernetes features over one connection, without the rest of the console."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import httpx2
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import async_sessionmaker

from auth.scope import Scope, parse
from backend.connections.feeds import join
from backend.connections.upstreams import Upstreams
from backend.features import cluster, events, machines, overview, workloads
from backend.http.guard import require_principal
from backend.http.problems import install_problem_handlers
from backend.live.memory import MemorySource
from backend.live.registry import Registry
from backend.parts import provide
from integrations.contract import Feed, FeedState
from integrations.kubernetes import KubernetesConnection
from tests.people import holding, principal
from tests.roles import ROLES

FEATURES = (events, cluster, machines, workloads, overview)


class KubernetesFeatures:
    """`rows("pods")` are the rows; `get` asks a route as somebody with the given rights."""

    def __init__(self) -> None:
        self.registry = Registry()
        self.upstreams = Upstreams()
        context: Any = SimpleNamespace(
            registry=self.registry, upstreams=self.upstreams, organisation="main",
            db_sessions=async_sessionmaker(), bus=SimpleNamespace(subscribe=lambda *_: None),
            settings=SimpleNamespace(updates_enabled=False, audit_receivers=()),
        )  # fmt: skip
        self.features = [feature.register(context) for feature in FEATURES]
        self.app = FastAPI()
        install_problem_handlers(self.app)
        provide(self.app, self.upstreams, *(part for f in self.features for part in f.parts))
        for feature in self.features:
            if feature.router is not None:
                self.app.include_router(feature.router, prefix="/api/v1")

    def feeds(self, settings: Any) -> Mapping[str, Feed[Any]]:
        return join(
            f.feeds["kubernetes"](settings) for f in self.features if "kubernetes" in f.feeds
        )

    async def connect(self, connection: KubernetesConnection) -> None:
        self.upstreams.add("kubernetes", connection.name, connection)
        await connection.start(self.feeds(connection.settings))

    def listed(self) -> bool:
        """Whether every kind has been read to its end: not all are at the same moment."""
        sources = [source for source in self.registry if isinstance(source, MemorySource)]
        return all(set(source.states()) <= {FeedState.LIVE} for source in sources)

    def source(self, name: str) -> MemorySource[Any]:
        source = self.registry.get(name)
        assert isinstance(source, MemorySource)
        return source

    def rows(self, name: str) -> dict[str, Any]:
        return {row.key: row for row in self.source(name)}

    async def get(self, path: str, *grants: str, role: str = "viewer") -> httpx2.Response:
        """Ask as somebody who holds `role` at each of the scopes (text form)."""
        scopes: list[Scope] = [parse(text) for text in grants]
        caller = principal(holding(*((ROLES[role], where) for where in scopes)))
        self.app.dependency_overrides[require_principal] = lambda: caller
        transport = httpx2.ASGITransport(self.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://console") as http:
            return await http.get(f"/api/v1{path}")
