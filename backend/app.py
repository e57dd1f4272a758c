"""Build the console: `create_app(settings)`; nothing happens at import."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import structlog
from fastapi import FastAPI

from auth.kinds import Catalogue
from backend.audit import Refusals
from backend.connections.feeds import FeedFactory
from backend.connections.manager import ConnectionManager
from backend.connections.records import Record, configured
from backend.connections.stackfile import LocalStack
from backend.connections.upstreams import Upstreams
from backend.db.bus import Bus
from backend.db.engine import create_engine, create_sessions
from backend.db.migrate import upgrade
from backend.db.notice import Notice
from backend.discovery import find_features
from backend.features.activity.retention import forget_old_activity
from backend.features.context import FeatureContext
from backend.http.application import Application
from backend.http.guard import require_principal
from backend.http.operations import operations_router
from backend.http.problems import install_problem_handlers
from backend.http.sockets import SessionSockets
from backend.http.static import Frontend
from backend.identity import setup
from backend.identity.sessions import Identities, SessionLimits
from backend.live.hub import LiveHub
from backend.live.registry import Registry
from backend.live.routes import live_router
from backend.omaha.catalog import files as hosted_files
from backend.omaha.operate.mount import UpdateMount
from backend.omaha.operate.service import UpdateService, open_store
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.serving import MOUNT as PAYLOADS
from backend.omaha.payloads.serving import Hosted, payloads_app
from backend.parts import provide
from backend.settings import Settings
from backend.state import Console

__all__ = ["create_app"]

_MAX_BODY: Final = 1024 * 1024
"""Bytes of a request; routes that take more (payload uploads) say so themselves."""
_RETRY_SECONDS: Final = 0.5
_RECONCILE_SECONDS: Final = 0.5
_SWEEP_SECONDS: Final = 60.0
_RETENTION_SECONDS: Final = 3600.0
_log = structlog.get_logger("craton")


def create_app(settings: Settings) -> FastAPI:
    """The ASGI application of one console, with its state in ``app.state.console``."""
    console = _console(settings)
    ahead = [partial(UpdateMount, endpoint=u.endpoint)] if (u := console.updates) else []
    app = Application(
        settings,
        *ahead,
        title="Craton",
        version="1",
        summary="The operator's console of a self-updating container platform",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        max_body_size=_MAX_BODY,
    )
    app.state.console = console
    provide(app, settings, console.refusals)
    install_problem_handlers(app)
    app.include_router(operations_router())
    _add_features(app, console)
    sockets = SessionSockets(settings, console.identities)
    app.state.hub = LiveHub(console.registry, sockets)
    live = live_router(console.registry, require_principal, sockets, app.state.hub)
    app.include_router(live, prefix="/api/v1")
    if console.updates is not None:
        files = PayloadFiles(settings.home / "payloads")
        app.mount(PAYLOADS, payloads_app(files, partial(_hosted, console)))
    app.mount("/", Frontend())
    return app


def _console(settings: Settings) -> Console:
    engine = create_engine(settings.database)
    bus = Bus(engine)
    sessions = create_sessions(engine, bus)
    catalogue = Catalogue()
    limits = SessionLimits(
        idle=settings.session_idle_minutes * 60.0,
        absolute=settings.session_absolute_hours * 3600.0,
    )
    stack = LocalStack(settings.stack_status_file)

    async def from_configuration() -> list[Record]:
        return configured(settings)

    return Console(
        settings=settings,
        stack=stack,
        engine=engine,
        sessions=sessions,
        bus=bus,
        identities=Identities(sessions, settings.organisation, limits, catalogue),
        catalogue=catalogue,
        registry=Registry(),
        connections=ConnectionManager([from_configuration, stack.records], Upstreams()),
        refusals=Refusals(sessions),
        updates=_update_service(settings) if settings.updates_enabled else None,
    )


def _update_service(settings: Settings) -> UpdateService:
    return UpdateService(
        open_store(settings.database),
        suffix=settings.update_suffix,
        public_url=settings.public_url,
    )


async def _hosted(console: Console, name: str) -> Hosted | None:
    async with console.sessions() as db:
        return await hosted_files.resolve(db, name)


def _add_features(app: FastAPI, console: Console) -> None:
    context = FeatureContext(
        settings=console.settings,
        registry=console.registry,
        upstreams=console.connections.upstreams,
        engine=console.engine,
        sessions=console.sessions,
        bus=console.bus,
    )
    features = [register(context) for register in find_features()]
    for feature in features:
        console.catalogue.declare(*feature.kinds)
    for source in console.registry:
        console.catalogue.get(source.collection.kind)  # an undeclared kind stops the start
    factories: dict[str, list[FeedFactory]] = {}
    for feature in features:
        for kind, factory in feature.feeds.items():
            factories.setdefault(kind, []).append(factory)
    console.connections.serve(factories)
    for feature in features:
        if feature.router is not None:
            app.include_router(feature.router, prefix="/api/v1")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    console: Console = app.state.console
    console.settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    await upgrade(console.engine)
    await _bootstrap(console)
    if console.updates is not None:
        await console.updates.start()
    tasks = [asyncio.create_task(console.bus.run(), name="bus")]
    tasks += [
        asyncio.create_task(_repeat(call, seconds), name=name)
        for name, call, seconds in (
            ("policy", partial(_follow_policy, console, app.state.hub), _RETRY_SECONDS),
            ("connections", console.connections.reconcile, _RECONCILE_SECONDS),
            ("sweep", console.identities.sweep, _SWEEP_SECONDS),
            ("retention", partial(_retain, console), _RETENTION_SECONDS),
            ("refusals", console.refusals.flush, _SWEEP_SECONDS),
        )
    ]
    console.ready = True
    try:
        yield
    finally:
        console.ready = False
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await console.refusals.flush()
        await console.connections.stop()
        if console.updates is not None:
            await console.updates.stop()
        await console.engine.dispose()


async def _bootstrap(console: Console) -> None:
    settings = console.settings
    async with console.sessions() as db, db.begin():
        if await setup.bootstrap(
            db, settings.bootstrap_admin, settings.bootstrap_password_file, settings.organisation
        ):
            _log.info("first admin created from the environment", login=settings.bootstrap_admin)


async def _retain(console: Console) -> None:
    await forget_old_activity(console.sessions, console.settings.activity_days)


async def _follow_policy(console: Console, hub: LiveHub) -> None:
    """Rights or sessions changed, here or at another replica: principals are compiled anew and
    every open socket is asked again at once."""
    changed = asyncio.Event()

    def heard(_notice: Notice) -> None:
        console.identities.forget()
        changed.set()

    stop = console.bus.subscribe("policy", heard)
    try:
        while True:
            await console.identities.refresh()
            hub.recheck()
            await changed.wait()
            changed.clear()
    finally:
        stop()


async def _repeat(call: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Call for ever; a failure is logged and tried again, never the end of the task."""
    while True:
        try:
            await call()
        except Exception:  # noqa: BLE001 (a background task must outlive any failure)
            _log.exception("background task failed", task=asyncio.current_task())
        await asyncio.sleep(seconds)
