"""`craton updates`: the update service alone, and its data."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from backend.errors import Problem
from backend.omaha.background.recount import measure
from backend.omaha.background.recount import recount as heal_counters
from backend.omaha.domain.model import FLATCAR_APPID
from backend.omaha.operate import offline
from backend.omaha.operate.service import open_store
from backend.omaha.payloads.importer import ImportPlan
from backend.omaha.payloads.release import BOARDS
from backend.omaha.payloads.signing import load_private, load_public, new_key
from backend.omaha.store.contract import StoreDown
from backend.settings import Settings

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="The update service and its data.")

App = Annotated[str, typer.Option("--app", help="Omaha appid of the application")]
Release = Annotated[list[str], typer.Option("--release", help="Version; may be repeated")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Look and tell; change nothing")]
Trust = Annotated[
    list[Path] | None, typer.Option("--trust", help="Public key (PEM) a bundle may be signed by")
]

MEBIBYTE: Final = 1 << 20


@app.command()
def serve(
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes on one port")] = 1,
) -> None:
    """Serve machines alone, without the console: any number of replicas on PostgreSQL."""
    from backend.omaha.operate.standalone import run_updates  # noqa: PLC0415 (keeps --help fast)

    run_updates(Settings(), workers=workers)


@app.command("import")
def import_(  # noqa: PLR0917 (each is an option of the command)
    source: Annotated[
        str, typer.Argument(help="A directory or mirror URL of Flatcar releases, or a bundle")
    ],
    release: Annotated[str, typer.Option("--release", help="Version, e.g. 4593.2.5")] = "",
    board: Annotated[str, typer.Option(help=" or ".join(BOARDS))] = "amd64-usr",
    appid: App = FLATCAR_APPID,
    extra: Annotated[
        list[str] | None, typer.Option(help="Extra file to insist on, e.g. oem-qemu.gz")
    ] = None,
    releases: Annotated[
        Path | None, typer.Option(exists=True, help="A releases-<channel>.json, for the notes")
    ] = None,
    refer: Annotated[
        bool, typer.Option("--refer", help="Leave the files on the mirror instead of hosting")
    ] = False,
    channel: Annotated[str, typer.Option(help="Point this channel at it afterwards")] = "",
    trust: Trust = None,
    dry_run: DryRun = False,
) -> None:
    """Import a Flatcar release from a directory or mirror, or a signed bundle."""
    with _problems_as_sentences():
        if "://" not in source and Path(source).is_file():
            _import_bundle(Path(source), trust or [], dry_run=dry_run)
            return
        if not release:
            raise typer.BadParameter("say which version with --release")
        wanted = offline.Wanted(
            source=source,
            version=release,
            board=board,
            appid=appid,
            extras=extra or (),
            releases_file=releases,
            refer=refer and "://" in source,
            channel=channel,
        )
        _import_release(wanted, dry_run=dry_run)


@app.command()
def export(
    target: Annotated[Path, typer.Argument(help="The bundle to write, e.g. update.tar")],
    release: Release,
    key: Annotated[Path, typer.Option(exists=True, help="Private key (PEM) to sign with")],
    appid: App = FLATCAR_APPID,
) -> None:
    """Write packages and their files to a signed bundle, for a site without a network."""
    with _problems_as_sentences():
        manifest = asyncio.run(
            offline.export_bundle(Settings(), target, appid, release, key=load_private(key))
        )
    size = sum({file.sha256: file.size for file in manifest.files}.values())
    typer.echo(
        f"{target}: {len(manifest.packages)} packages, {len(manifest.files)} files, "
        f"{size / MEBIBYTE:.1f} MiB"
    )


@app.command()
def key(
    private: Annotated[Path, typer.Argument(help="New file for the private key")],
    public: Annotated[Path, typer.Argument(help="New file for the public key")],
) -> None:
    """Make a key pair for bundles. The receiving site trusts the public one."""
    try:
        typer.echo(f"Fingerprint {new_key(private, public)}")
    except OSError as error:
        typer.echo(f"{error.filename}: {error.strerror}", err=True)
        raise typer.Exit(1) from None


@app.command()
def recount(
    check: Annotated[bool, typer.Option("--check", help="Compare only; exit 1 on drift")] = False,
) -> None:
    """Count all machines afresh and correct the counters where they differ."""

    async def run() -> bool:
        store = open_store(Settings().database)
        await store.start()
        try:
            drift = await (measure(store) if check else heal_counters(store, time.time()))
        finally:
            await store.stop()
        for name, wrong in (
            ("groups", drift.groups), ("rollouts", drift.rollouts), ("tally", drift.tally),
        ):  # fmt: skip
            typer.echo(f"{name}: {len(wrong)} wrong" if wrong else f"{name}: right")
        return bool(drift)

    with _problems_as_sentences():
        drifted = asyncio.run(run())
    if drifted and check:
        raise typer.Exit(1)


@app.command()
def prune(dry_run: DryRun = False) -> None:
    """Remove stored payloads that no name refers to any more, and uploads given up."""
    with _problems_as_sentences():
        removed = asyncio.run(offline.prune(Settings(), dry_run=dry_run))
    for sha256 in removed:
        typer.echo(sha256)
    typer.echo(f"{len(removed)} files {'would be' if dry_run else ''} removed".replace("  ", " "))


def _import_release(wanted: offline.Wanted, *, dry_run: bool) -> None:
    settings = Settings()
    plan = asyncio.run(offline.plan_release(settings, wanted))
    _show(plan, refer=wanted.refer)
    if plan.problems:
        raise typer.Exit(1)
    if dry_run:
        return
    done = asyncio.run(offline.import_release(settings, wanted))
    typer.echo(f"Package {done.package_id} {'made' if done.created else 'was there already'}")


def _import_bundle(source: Path, trust: list[Path], *, dry_run: bool) -> None:
    trusted = [load_public(path) for path in trust]
    manifest, signer = asyncio.run(offline.check_bundle(source, trusted))
    typer.echo(f"Signed by {signer}, made {manifest.created}")
    for package in manifest.packages:
        typer.echo(f"  {package.release} {package.arch.name.lower()}")
    if dry_run:
        return
    taking, _ = asyncio.run(offline.import_bundle(Settings(), source, trusted))
    typer.echo(f"{len(taking.created)} packages made, {len(taking.present)} were there already")
    for skipped in taking.skipped:
        typer.echo(f"Left out, no such channel here: {skipped}")


def _show(plan: ImportPlan, *, refer: bool) -> None:
    for file in plan.release.files if plan.release else ():
        place = "on the mirror" if refer else "here" if file.sha256 in plan.present else "to fetch"
        signed = ", signature kept" if file.signature else ""
        typer.echo(f"  {file.original}: {file.size / MEBIBYTE:.1f} MiB, {place}{signed}")
    for problem in plan.problems:
        typer.echo(f"Problem: {problem}", err=True)


@contextmanager
def _problems_as_sentences() -> Iterator[None]:
    """A problem ends the command with its sentence, not with a traceback."""
    try:
        yield
    except Problem as problem:
        typer.echo(problem.detail, err=True)
        raise typer.Exit(1) from None
    except StoreDown as away:
        typer.echo(f"The database cannot be read. {away}", err=True)
        raise typer.Exit(1) from None
