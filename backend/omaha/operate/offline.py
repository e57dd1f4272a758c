"""What `craton updates import|export|recount|prune` do, without the command line.

Each opens the database and the payload directory that the settings name, does its work in
one transaction, and records it as the command line's.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import anyio
import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from auth.scope import organisation
from backend.audit import Audit, Change, Origin, Target
from backend.db.engine import create_db_sessions, create_engine
from backend.db.migrate import upgrade
from backend.omaha.catalog import bundles, edit, files, releases
from backend.omaha.catalog.bundles import Taking
from backend.omaha.payloads.bundle import read_bundle, read_manifest, write_bundle
from backend.omaha.payloads.download import Downloads
from backend.omaha.payloads.files import PayloadFiles
from backend.omaha.payloads.importer import ImportPlan, examine, fetch
from backend.omaha.payloads.manifest import BundleManifest
from backend.omaha.payloads.source import DirectorySource, MirrorSource, ReleaseSource, mirror_url
from backend.omaha.payloads.upload import Uploads
from backend.settings import Settings

DEADLINE: Final = 60.0
"""Seconds without a byte from a mirror."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A release to import: `source` is a directory or a mirror's base URL. `refer` leaves
    the files on the mirror; `channel` is pointed at the package afterwards."""

    source: str
    version: str
    board: str
    appid: str
    extras: Sequence[str] = ()
    releases_file: Path | None = None
    refer: bool = False
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it; `created` false: the package was there with the same payload."""

    plan: ImportPlan
    package_id: int
    created: bool


def payload_files(settings: Settings) -> PayloadFiles:
    """The payload directory of these settings."""
    return PayloadFiles(settings.home / "payloads")


async def plan_release(settings: Settings, wanted: Wanted) -> ImportPlan:
    """The dry run: what an import would fetch, and every problem."""
    async with _source(wanted) as source:
        return await _examine(settings, source, wanted)


async def import_release(settings: Settings, wanted: Wanted) -> Imported:
    """Import it. Raises the `Problem` that stands in the way."""
    async with _source(wanted) as source:
        plan = await _examine(settings, source, wanted)
        if plan.problems or plan.release is None or not wanted.refer:
            stored = await fetch(source, payload_files(settings), plan)
    release = plan.release
    if release is None:
        raise edit.invalid("source", "holds no release.")
    async with _database(settings) as session:
        await edit.begin(session)
        app = await releases.application(session, wanted.appid)
        if wanted.refer:
            made = await releases.refer(session, app, release, plan.source)
        else:
            made = await releases.host(session, app, release, stored)
        if wanted.channel:
            await releases.point(session, app, wanted.channel, made.package)
        _record(
            session, settings, "import", f"{app.name}/{release.version}", {"source": wanted.source}
        )
        return Imported(plan, made.package.id or 0, made.created)


async def export_bundle(
    settings: Settings,
    target: Path,
    appid: str,
    versions: Collection[str],
    *,
    key: Ed25519PrivateKey,
) -> BundleManifest:
    """Write the versions' packages with their files to the signed bundle `target`."""
    store = payload_files(settings)
    async with _database(settings) as session:
        app = await releases.application(session, appid)
        manifest = await bundles.describe(session, store, app, versions)
        _record(
            session, settings, "export", f"{app.name}: {', '.join(versions)}", {"to": target.name}
        )
    await anyio.to_thread.run_sync(write_bundle, target, store, manifest, key)
    return manifest


async def check_bundle(
    source: Path, trusted: Iterable[Ed25519PublicKey]
) -> tuple[BundleManifest, str]:
    """The dry run: the verified manifest and the signer's fingerprint."""
    return await anyio.to_thread.run_sync(read_manifest, source, trusted)


async def import_bundle(
    settings: Settings, source: Path, trusted: Iterable[Ed25519PublicKey]
) -> tuple[Taking, str]:
    """Verify the bundle, store its files, register its packages; and the signer."""
    store = payload_files(settings)
    manifest, signer = await anyio.to_thread.run_sync(read_bundle, source, store, trusted)
    async with _database(settings) as session:
        await edit.begin(session)
        taking = await bundles.take(session, manifest)
        _record(
            session, settings, "import", source.name, {"signer": signer, "created": taking.created}
        )
    return taking, signer


async def prune(settings: Settings, *, dry_run: bool) -> list[str]:
    """Remove stored files no name refers to, and transfers given up; their SHA-256.

    Under the lock that every registration takes. A file stored a moment ago whose name is
    about to be registered is kept: its age is below `GRACE`.
    """
    store = payload_files(settings)
    unused = []
    async with _database(settings) as session:
        if not dry_run:
            await Uploads(store, async_sessionmaker(session.bind)).expire()
        await edit.begin(session)
        for sha256 in await anyio.to_thread.run_sync(store.addresses):
            age = time.time() - store.path(sha256).stat().st_mtime
            if age > GRACE and not await files.used(session, sha256):
                unused.append(sha256)
        if not dry_run:
            for sha256 in unused:
                await anyio.to_thread.run_sync(store.remove, sha256)
            await anyio.to_thread.run_sync(Downloads(store).expire)
            _record(session, settings, "prune", "payloads", {"removed": unused})
    return unused


GRACE: Final = 3600.0
"""Seconds a stored file may be without a name."""


@asynccontextmanager
async def _source(wanted: Wanted) -> AsyncIterator[ReleaseSource]:
    if "://" not in wanted.source:
        yield DirectorySource(Path(wanted.source))
        return
    url = mirror_url(wanted.source, wanted.board, wanted.version)
    async with httpx2.AsyncClient(timeout=DEADLINE, trust_env=False) as http:
        yield MirrorSource(http, url, DEADLINE)


async def _examine(settings: Settings, source: ReleaseSource, wanted: Wanted) -> ImportPlan:
    text = None
    if wanted.releases_file is not None:
        text = await anyio.Path(wanted.releases_file).read_text(encoding="utf-8")
    return await examine(
        source,
        payload_files(settings),
        version=wanted.version,
        board=wanted.board,
        extras=wanted.extras,
        releases=text,
    )


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[AsyncSession]:
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(settings.database)
    try:
        await upgrade(engine)
        async with create_db_sessions(engine)() as session, session.begin():
            yield session
    finally:
        await engine.dispose()


def _record(
    session: AsyncSession, settings: Settings, verb: str, target: str, detail: dict[str, Any]
) -> None:
    org = settings.organisation
    audit = Audit(session, Origin.system(org, "command line"))
    where = (*organisation(org), "updates")
    audit.did(
        verb, Target("update-package", "", target, where), change=Change.of(detail, show=detail)
    )
