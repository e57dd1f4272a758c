"""A whole console with one object of every kind, whose changes are undone after each request."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from auth.builtin import built_in
from auth.kinds import Catalogue
from auth.principal import Principal
from auth.role import Role
from auth.scope import Scope
from auth.subject import Subject, SubjectKind
from backend.connections.feeds import join
from backend.db.factors import TotpFactor
from backend.db.identity import ServiceRecord, SessionRecord, TeamRecord, UserRecord
from backend.db.invitations import InvitationRecord
from backend.db.requests import AccessRequestRecord
from backend.db.rights import BindingRecord, RoleRecord
from backend.db.session import request_session
from backend.db.trust import TrustRecord
from backend.features.cluster.operate.drain.planning import BUDGETS
from backend.http.guard import require_principal
from backend.http.requirements import EXTENSION
from backend.identity.tokens import make_access_token
from backend.jobs.tables import JobRecord
from backend.omaha.catalog import applications, channels, groups, mirrors, packages
from backend.omaha.domain.model import Arch, FleetEventKind, Severity
from backend.omaha.store.tables import (
    CounterRecord,
    FileRecord,
    FleetEventRecord,
    InstanceRecord,
    RolloutRecord,
    TallyRecord,
)
from backend.providers.table import ProviderRow
from integrations.etcd.integration import INTEGRATION as ETCD
from integrations.kubernetes import ResourceKind
from integrations.kubernetes.models.meta import Metadata
from integrations.registry.integration import INTEGRATION as REGISTRY
from tests.console import ConsoleApp
from tests.contract.etcd.recording import until
from tests.contract.registry.push import Pusher
from tests.people import holding, principal
from tests.unit.features.test_images import hook
from tests.unit.features.upstreams import connected_console
from tests.unit.kubernetes.test_details import WIDGET_DEFINITION, WIDGETS, World, fill

__all__ = ["MatrixWorld", "running_world"]


class MatrixWorld:
    """`ask` sends one request as a caller made up on the spot (None: no session)."""

    def __init__(self, console: ConsoleApp, names: dict[str, str]) -> None:
        self.catalogue: Catalogue = console.state.catalogue
        self.roles: list[Role] = list(built_in(self.catalogue).values())
        self.operations = _operations(console.app.openapi())
        self._console = console
        self._names = names
        self._http = console.caller()

    def viewer(self, scope: Scope) -> Principal:
        """Somebody who views one part of the estate."""
        role = built_in(self.catalogue)["viewer"]
        return principal(holding((role, scope)))

    async def ask(
        self, method: str, address: str, caller: Principal | None, body: Any, headers: Any
    ) -> httpx2.Response:
        overrides = self._console.app.dependency_overrides
        overrides.pop(require_principal, None)
        if caller is not None:
            overrides[require_principal] = lambda: caller
        for name, value in self._names.items():
            address = address.replace(f"{{{name}}}", value)
        if "{upload}" in address:
            address = address.replace("{upload}", await self._upload())
        if isinstance(body, dict) and body.get("name") == "{fresh}":
            body = body | {"name": f"{uuid.uuid4().hex}.bin"}
        given: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": body}
        if body is None:
            given = {}
        try:
            return await self._http.request(method, address, headers=headers, **given)
        finally:
            overrides.pop(require_principal, None)

    async def _upload(self) -> str:
        """An unfinished upload, made by an owner; those of earlier requests are dropped."""
        owner = await self._as_owner("GET", "/updates/uploads", None)
        for item in owner.json()["items"]:
            await self._as_owner("DELETE", f"/updates/uploads/{item['id']}", None)
        body = {"name": f"{uuid.uuid4().hex}.bin", "size": 4, "format": "raw"}
        return str((await self._as_owner("POST", "/updates/uploads", body)).json()["id"])

    async def _as_owner(self, method: str, address: str, body: Any) -> httpx2.Response:
        role = built_in(self.catalogue)["owner"]
        owner = principal(holding((role, ("org", "main"))))
        overrides = self._console.app.dependency_overrides
        replaced = {one: overrides.pop(one, None) for one in (require_principal, request_session)}
        overrides[require_principal] = lambda: owner  # and what the owner does lasts
        answer = await self._http.request(method, address, json=body)
        overrides.pop(require_principal)
        overrides.update({one: held for one, held in replaced.items() if held is not None})
        assert answer.status_code < 300, answer.text
        return answer


def _operations(document: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Rights by ``METHOD path`` of everything that is not public."""
    return {
        f"{method.upper()} {path.removeprefix('/api/v1')}": operation[EXTENSION]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if {"public": True} not in operation[EXTENSION]
    }


@asynccontextmanager
async def running_world(home: Path) -> AsyncIterator[MatrixWorld]:
    """The console with everything `places.MATRIX` names."""
    patch = pytest.MonkeyPatch()
    async with AsyncExitStack() as stack:
        stack.callback(patch.undo)
        console, etcd, registry = await stack.enter_async_context(connected_console(home, patch))
        push = Pusher(registry.url, registry)
        stack.push_async_callback(push.aclose)
        sent: list[bytes] = []
        registry.listener = sent.append
        await push.index("team/web", "v1.0")
        await etcd.put(b"/app/config", b'{"a":1}', lease="31")
        await _local_stack(console, home)
        cluster = await _cluster(console)
        stack.push_async_callback(cluster.connection.stop)
        names = await _rows(console)
        upstreams = console.state.connections.upstreams
        await until(lambda: (found := upstreams.get(ETCD, "local")) and len(found.index) == 1)
        await until(lambda: upstreams.get(ETCD, "local").state is not None)
        await until(lambda: (found := upstreams.get(REGISTRY, "local")) and found.crawled)
        for body in sent:
            assert (await hook(console, body)).status_code == 202
        tags = console.state.registry.get("tags")
        await until(lambda: tags.get("local/team/web:v1.0"))
        await until(lambda: console.state.registry.get("pods").get("fake/shop/web-1-a"))
        await _fill_pool(console)
        console.app.dependency_overrides[request_session] = _undone(console.state.db_sessions)
        yield MatrixWorld(console, names)


async def _fill_pool(console: ConsoleApp) -> None:
    """Open all the connections the world may keep: they outlive the test that is the first to
    need them, and would be taken for ones it forgot."""
    pool: Any = console.state.engine.pool
    async with AsyncExitStack() as open_at_once:
        for _ in range(pool.size()):
            await open_at_once.enter_async_context(console.state.engine.connect())


async def _local_stack(console: ConsoleApp, home: Path) -> None:
    log = home / "etcd.log"
    log.write_text("started\n")
    file = home / "stack" / "status.json"
    status = json.loads(file.read_text())
    known = {"name": "etcd", "kind": "etcd", "title": "etcd", "state": "ready", "log": str(log)}
    failed = {"name": "registry", "kind": "registry", "title": "Registry", "state": "failed"}
    status["components"] = [known, failed]
    file.write_text(json.dumps(status))
    await until(lambda: bool(console.state.stack.status.components))


async def _cluster(console: ConsoleApp) -> World:
    made = World()
    fill(made.store)
    made.store.put("customresourcedefinitions", WIDGET_DEFINITION)
    made.store.kinds["example.test", "widgets"] = ResourceKind(
        "widgets", "Widget", "example.test", "v1", Metadata
    )
    widget = {"metadata": {"namespace": "shop", "name": "one"}}
    made.store.put("widgets", widget, group=WIDGETS.group)
    cron = {"metadata": {"namespace": "shop", "name": "night"}, "spec": {"schedule": "0 0 * * *"}}
    made.store.put("cronjobs", cron)
    made.store.kinds["policy", "poddisruptionbudgets"] = BUDGETS
    console.state.connections.upstreams.add("kubernetes", "fake", made.connection)
    manager = console.state.connections
    settings = made.connection.settings
    await made.connection.start(join(make(settings) for make in manager._factories["kubernetes"]))
    return made


async def _rows(console: ConsoleApp) -> dict[str, str]:
    async with console.state.db_sessions() as db, db.begin():
        await _updates(db)
        db.add_all([_provider(), _directory(), _federation()])
        # Of a local account: only of such is there a password to reset. Nothing verifies by it.
        user = UserRecord(login="member", name="Member", password_hash="none")
        db.add(user)
        await db.flush()
        db.add(TotpFactor(user_id=user.id, last_step=0))
        held = {"subject_kind": "user", "subject_id": user.id, "role_id": "viewer"}
        binding = BindingRecord(**held, scope="org/main/etcd/local")
        db.add_all([binding, RoleRecord(id="looking", title="Looking", rights=["pod:get"])])
        asked = {"wanted": "key:list", "reason": "To look", "seconds": 3600}
        request = AccessRequestRecord(user_id=user.id, scope="org/main/etcd/local", **asked)
        db.add(request)
        lasts = {"roles": [], "teams": [], "expires": time.time() + 86400.0}
        invitation = InvitationRecord(secret="i" * 64, login="new", inviter_id=user.id, **lasts)
        db.add(invitation)
        await db.flush()
        # Its time never comes: nobody runs it.
        job = JobRecord(
            id="a" * 32, kind="test", input="{}", due=1e12, scope="org/main/cluster/fake/ns/shop"
        )
        db.add(job)
        named = {"user": user.id, "binding": binding.id, "job": job.id, "request": request.id}
        named["invitation"] = invitation.id
        # The sweep, once a minute, removes it neither as idle nor as one that ends too late.
        times = {"created": 1.0, "last_seen": 2e10, "expires": time.time() + 3600.0}
        db.add(SessionRecord(id="5" * 64, user_id=user.id, **times))
        return named | {"token": await _service(db), "session": "5" * 64}


def _provider() -> ProviderRow:
    return ProviderRow(
        name="sso",
        kind="oidc",
        label="SSO",
        address="https://sso.invalid",
        settings={"issuer": "https://sso.invalid", "client_id": "craton"},
        domains=[],
    )


def _directory() -> ProviderRow:
    settings = {"servers": ["ldaps://ldap.invalid"], "people_base": "dc=example"}
    return ProviderRow(
        name="corp",
        kind="ldap",
        label="Corp",
        address="ldaps://ldap.invalid",
        settings={**settings, "ca": "", "starttls": True},
        domains=[],
    )


def _federation() -> ProviderRow:
    return ProviderRow(
        name="fed",
        kind="saml",
        label="Fed",
        address="https://sso.invalid/saml",
        settings={
            "entity_id": "https://sso.invalid/saml",
            "metadata_url": "https://sso.invalid/metadata",
        },
        domains=[],
    )


async def _service(db: AsyncSession) -> str:
    """A service account that views an etcd cluster, and the id of its token."""
    service = ServiceRecord(id="bot", name="bot")
    db.add(TeamRecord(name="blue", title="Blue"))
    held = {"subject_kind": "service", "subject_id": "bot", "role_id": "viewer"}
    subject = Subject(SubjectKind.SERVICE, service.id)
    _, token = make_access_token(subject, "ci", ["*:get"], [("org", "main")], expires=2e10)
    db.add_all([service, token, BindingRecord(**held, scope="org/main/etcd/local")])
    await db.flush()
    told = [{"claim": "sub", "pattern": "job"}]
    issuer = {"issuer": "https://ci.example", "audience": "craton", "seconds": 60}
    db.add(TrustRecord(id="ci", account_id="bot", name="ci", conditions=told, **issuer))
    await db.flush()
    return token.id


async def _updates(db: AsyncSession) -> None:
    """One object of each kind, all with id 1."""
    app = await applications.create(db, "a", "A")
    new = packages.NewPackage("1.0.0", Arch.AMD64, "f.gz", 5, "x", url="http://x/")
    package = await packages.create(db, app.id or 0, new)
    await channels.create(db, 1, name="c", arch=Arch.AMD64, package_id=package.id)
    await mirrors.register(db, 1, "mirror", "m")
    group = await groups.create(db, 1, name="g", track="t", arch=Arch.AMD64, channel_id=1)
    await db.flush()
    rollout = RolloutRecord(group_id=1, package_id=1, release="1.0.0", created_at=1.0)
    db.add(rollout)
    await db.flush()
    group.rollout_id = rollout.id
    if (
        await db.scalars(select(CounterRecord).where(col(CounterRecord.group_id) == 1))
    ).first() is None:
        db.add(CounterRecord(group_id=1))
    times = {"created_at": 1.0, "last_seen": 1.0, "status_at": 1.0}
    machine = InstanceRecord(
        application_id=1,
        machine_id="machine",
        group_id=1,
        release="0.9.0",
        arch=1,
        status=1,
        **times,
    )
    event = FleetEventRecord(
        at=time.time(),
        kind=FleetEventKind.INSTANCE_FAILED,
        severity=Severity.ERROR,
        application_id=1,
        group_id=1,
    )
    stamps = {"created_at": 1.0, "updated_at": 1.0}
    file = FileRecord(name="f.bin", path="f", size=1, sha256="x", complete=True, **stamps)
    tally = TallyRecord(group_id=1, release="0.9.0", status=1, machines=1)
    db.add_all([machine, event, file, tally])


def _undone(db_sessions: async_sessionmaker[AsyncSession]) -> Any:
    async def session() -> AsyncIterator[AsyncSession]:
        async with db_sessions() as db:
            db.commit = db.flush  # type: ignore[method-assign]  # nothing lasts
            yield db

    return session
