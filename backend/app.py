"""Build the console: `create_app(settings)`; nothing happens at import."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

import structlog
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from auth.kinds import Catalogue
from backend.audit import Exports, Refusals
from backend.background import console_loops, flush_counted
from backend.commerce.counting import Counting
from backend.connections.build import build_connections
from backend.connections.feeds import FeedFactory
from backend.db.bus import Bus
from backend.db.engine import create_db_sessions, create_engine
from backend.db.migrate import upgrade
from backend.discovery import find_features
from backend.features.context import FeatureContext
from backend.http.application import Application
from backend.http.operations import router as operations_router
from backend.http.problems import install_problem_handlers
from backend.http.sockets import SessionSockets
from backend.http.static import Frontend
from backend.identity import setup
from backend.identity.badtokens import BadTokens
from backend.identity.credentials import Identities
from backend.identity.limits import AttemptLimits
from backend.identity.owned import Selection
from backend.identity.sessions import SessionLimits
from backend.jobs import Jobs, Timing
from backend.live.hub import LiveHub
from backend.live.registry import Registry
from backend.live.routes import live_router
from backend.live.schema import components
from backend.live.search import end_late
from backend.omaha.catalog import files as hosted_files
from backend.omaha.catalog.defaults import make_defaults
from backend.omaha.operate.gone import ADMIN_PATH, admin_gone
from backend.omaha.operate.mount import UpdateMount
from backend.omaha.operate.service import UpdateService
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.serving import MOUNT as PAYLOADS
from backend.omaha.payloads.serving import Elsewhere, Hosted, payloads_app
from backend.parts import provide
from backend.secrets.source import load_ring
from backend.settings import Settings
from backend.startcauses import cause_of_start
from backend.state import Console

__all__ = ["create_app"]

_MAX_BODY: Final = 1024 * 1024
"""Bytes of a request; routes that take more (payload uploads) say so themselves."""
_log = structlog.get_logger("craton")


def create_app(settings: Settings) -> FastAPI:
    """The ASGI application of one console (`backend.state.console_of`)."""
    console = _console(settings)
    sockets = SessionSockets(settings, console.identities)
    hub = LiveHub(console.registry, sockets, refusals=console.refusals)
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
        lifespan=partial(_lifespan, console, hub),
        max_body_size=_MAX_BODY,
    )
    app.state.console = console
    provide(
        app,
        settings,
        console.engine,
        console.db_sessions,
        console.bus,
        console.identities,
        console.catalogue,
        console.registry,
        console.connections.upstreams,
        console.stack,
        console.refusals,
        console.exports,
        console.readiness,
        console.attempts,
        BadTokens(console.attempts),
        console.hashing,
        console.secrets,
        console.jobs,
        hub,
    )
    install_problem_handlers(app)
    app.include_router(operations_router)
    _add_features(app, console)
    app.include_router(live_router(hub), prefix="/api/v1")
    app.documented.append(partial(_answers, console.registry))
    if console.updates is not None:
        files = PayloadFiles(settings.home / "payloads")
        app.mount(PAYLOADS, payloads_app(files, partial(_hosted, console)))
        app.mount(ADMIN_PATH, admin_gone)
    app.mount("/", Frontend(settings.path_prefix, console.registry))
    return app


def _answers(registry: Registry) -> dict[str, Any]:
    return components({source.collection.name: source.collection.row for source in registry})


def _console(settings: Settings) -> Console:
    engine = create_engine(settings.database)
    bus = Bus(engine)
    selection = Selection()
    db_sessions = create_db_sessions(engine, bus, selection.session_info)
    jobs = _jobs(settings, engine, bus)
    catalogue = Catalogue()
    limits = SessionLimits(
        idle=settings.session_idle_minutes * 60.0,
        absolute=settings.session_absolute_hours * 3600.0,
        device=settings.device_idle_hours * 3600.0,
        groups=settings.group_hours * 3600.0,
    )
    connections = build_connections(settings, db_sessions, bus)
    return Console(
        settings=settings,
        stack=connections.stack,
        secrets=connections.secrets,
        engine=engine,
        db_sessions=db_sessions,
        bus=bus,
        jobs=jobs,
        attempts=AttemptLimits(engine),
        identities=Identities(
            db_sessions, settings.organisation, limits, catalogue, selection=selection
        ),
        selection=selection,
        catalogue=catalogue,
        registry=Registry(),
        connections=connections.manager,
        refusals=Refusals(db_sessions),
        exports=Exports(db_sessions),
        updates=_update_service(settings, bus, jobs) if settings.updates_enabled else None,
    )


def _jobs(settings: Settings, engine: AsyncEngine, bus: Bus) -> Jobs:
    return Jobs(
        settings.database,
        engine,
        bus,
        organisation=settings.organisation,
        timing=Timing(lease=settings.job_lease_seconds),
        lock=settings.home / "jobs.lock",
    )


def _update_service(settings: Settings, bus: Bus, jobs: Jobs) -> UpdateService:
    return UpdateService(
        settings.database,
        bus,
        jobs.leases,
        suffix=settings.update_suffix,
        public_url=settings.public_url,
        default_track=settings.update_default_track,
    )


async def _hosted(console: Console, name: str) -> Hosted | Elsewhere | None:
    async with console.db_sessions() as db:
        return await hosted_files.resolve(db, name)


def _add_features(app: FastAPI, console: Console) -> None:
    context = FeatureContext(
        settings=console.settings,
        registry=console.registry,
        upstreams=console.connections.upstreams,
        connections=console.connections,
        secrets=console.secrets,
        engine=console.engine,
        db_sessions=console.db_sessions,
        bus=console.bus,
        jobs=console.jobs,
        selection=console.selection,
        catalogue=console.catalogue,
        counting=Counting(console.registry, partial(console.connections.names, "kubernetes")),
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
        provide(app, *feature.parts)
        if feature.router is not None:
            app.include_router(feature.router, prefix="/api/v1")
        for path, mounted in feature.mounts.items():
            app.mount(path, mounted)
        console.jobs.declare(feature.jobs, console.supervisor)


@asynccontextmanager
async def _lifespan(console: Console, hub: LiveHub, _app: FastAPI) -> AsyncIterator[None]:
    try:
        await _start(console, hub)
    except BaseException as error:
        console.cause = cause_of_start(error, console.settings)
        await console.supervisor.stop()  # its loops would open connections again
        await console.jobs.stop()
        await console.engine.dispose()
        raise
    try:
        yield
    finally:
        console.readiness.ready = False
        await console.jobs.worker.hand_over()  # while its lease is still kept
        await console.supervisor.stop()
        await flush_counted(console)
        await console.connections.stop()
        if console.updates is not None:
            await console.updates.stop()
        await console.readiness.database.close()
        await end_late(console.registry)
        await console.jobs.stop()
        await console.engine.dispose()


async def _start(console: Console, hub: LiveHub) -> None:
    console.settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    await upgrade(console.engine)
    await _open_secrets(console)
    await _bootstrap(console)
    if console.updates is not None:
        await _make_update_defaults(console)
        await console.updates.start()
    console.jobs.declare(console_loops(console, hub), console.supervisor)
    await console.supervisor.start()
    await console.jobs.start_worker(console.supervisor)
    console.readiness.ready = True


async def _make_update_defaults(console: Console) -> None:
    if console.settings.update_defaults:
        async with console.db_sessions() as db, db.begin():
            await make_defaults(db, console.settings.organisation)


async def _open_secrets(console: Console) -> None:
    """Take the key ring; a database that names a key it does not hold ends the start."""
    console.secrets.use(await asyncio.to_thread(load_ring, console.settings))
    async with console.db_sessions() as db:
        await console.secrets.check(db)


async def _bootstrap(console: Console) -> None:
    settings = console.settings
    async with console.db_sessions() as db, db.begin():
        if await setup.bootstrap(
            db, settings.bootstrap_admin, settings.bootstrap_password_file, settings.organisation
        ):
            _log.info("first admin created from the environment", login=settings.bootstrap_admin)
