"""A pod-like collection for tests, and people who may see parts of it."""

from __future__ import annotations

import msgspec

from auth.policy import Policy
from auth.principal import Principal
from auth.role import Role
from auth.scope import Scope
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.row import Row
from backend.live.rowscope import Field, RowScope
from tests.people import holding, principal
from tests.roles import VIEWER

ORG = "main"


class Pod(Row, frozen=True):
    cluster: str
    namespace: str
    name: str
    phase: str
    restarts: int
    created: float
    ready: bool = True
    cpu: float | None = None
    node: str | None = None
    labels: dict[str, str] = msgspec.field(default_factory=dict)
    images: tuple[str, ...] = ()


PODS = Collection(
    name="pods",
    title="Pods",
    kind="pod",
    row=Pod,
    scopes=(RowScope("cluster", Field("cluster"), "ns", Field("namespace")),),
    columns=(
        Column("name", "Name", Type.TEXT, searched=True),
        Column("namespace", "Namespace", Type.TEXT, facet=True, searched=True),
        Column("phase", "Status", Type.STATUS, facet=True),
        Column("restarts", "Restarts", Type.NUMBER),
        Column("created", "Age", Type.TIME),
        Column("ready", "Ready", Type.BOOL, facet=True),
        Column("cpu", "CPU", Type.QUANTITY),
        Column("node", "Node", Type.TEXT, facet=True),
        Column("labels", "Labels", Type.LABELS, default=False),
        Column("images", "Images", Type.LIST, facet=True, default=False),
    ),
    default_sort=("namespace", "name"),
    label="name",
    where=("namespace",),
)


def pod(name: str, namespace: str = "web", cluster: str = "c1", **fields) -> Pod:
    values = {"phase": "Running", "restarts": 0, "created": 1000.0, **fields}
    return Pod(f"{cluster}/{namespace}/{name}", cluster, namespace, name, **values)


def policy(*scopes: Scope, role: Role = VIEWER) -> Policy:
    return holding(*((role, scope) for scope in scopes))


def person(*scopes: Scope, role: Role = VIEWER) -> Principal:
    held = scopes or (("org", ORG),)
    return principal(policy(*held, role=role))


class Sockets:
    """A `SocketAuth` whose caller a test may change."""

    def __init__(self, caller: dict[str, Principal | None]) -> None:
        self.caller = caller
        self.touched = 0

    async def authenticate(self, websocket) -> Principal | int:
        return self.caller["now"] or 4401

    async def current(self, principal: Principal) -> Principal | None:
        return self.caller["now"]

    def touch(self, principal: Principal) -> None:
        self.touched += 1
