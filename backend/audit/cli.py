"""`craton audit`: verify and export the audit record, and print the keys that sign it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer
from sqlalchemy.exc import SQLAlchemyError

from auth.scope import organisation
from backend.audit.exported import Unreadable, export_lines, read_statements, verify_file
from backend.audit.origin import Origin
from backend.audit.record import Audit
from backend.audit.signing import is_public, key_id
from backend.audit.stored import DbSessions, keys, verify_stored
from backend.audit.target import Target
from backend.audit.verify import Broken, Report
from backend.db.engine import create_db_sessions, create_engine
from backend.db.files import make_private
from backend.settings import Settings

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="The audit record: verify and export its chain.")
BROKEN: Final = 1
NOT_READ: Final = 2
T = TypeVar("T")
File = Annotated[
    Path | None, typer.Argument(exists=True, dir_okay=False, help="An export; else the database")
]
Keys = Annotated[
    Path | None,
    typer.Option(
        "--key", exists=True, dir_okay=False,
        help="File with the public keys to believe, as `craton audit keys` printed them, instead "
        "of those beside the chain",
    ),
]  # fmt: skip
Outside = Annotated[
    Path | None,
    typer.Option(
        "--checkpoints", exists=True, dir_okay=False,
        help="File of JSON lines with checkpoints kept elsewhere, e.g. what was forwarded",
    ),
]  # fmt: skip


@app.command()
def verify(file: File = None, key: Keys = None, checkpoints: Outside = None) -> None:
    """Verify the chain and its checkpoints; ends with 1 and a sentence at the first break."""
    settings = Settings()
    try:
        trusted = _trusted(key) if key else None
        outside = read_statements(checkpoints) if checkpoints else []
        if file is not None:
            report = verify_file(file, trusted, outside)
        else:
            report = _on_database(
                settings, lambda db: verify_stored(db, settings.organisation, trusted, outside)
            )
    except Broken as error:
        typer.echo(f"BROKEN: {error.sentence}")
        sys.exit(BROKEN)
    except Unreadable as error:
        typer.echo(str(error), err=True)
        sys.exit(NOT_READ)
    _tell(report)


@app.command()
def export(
    output: Annotated[Path | None, typer.Option(help="File to write; else standard output")] = None,
) -> None:
    """Write the whole record with its chain as JSON lines, which `verify` reads offline."""
    settings = Settings()
    if output:
        make_private(str(output))  # it names people, addresses and what they did

    async def write(db_sessions: DbSessions) -> None:
        await _record_export(db_sessions, settings.organisation)
        out = output.open("w", encoding="utf-8") if output else sys.stdout
        try:
            async for lines in export_lines(db_sessions, settings.organisation):
                out.write(lines)
            out.flush()
        finally:
            if output:
                out.close()

    _on_database(settings, write)


async def _record_export(db_sessions: DbSessions, organisation_name: str) -> None:
    """A copy of the record is itself in the record; one that cannot be written to is still read."""
    place = organisation(organisation_name)
    try:
        async with db_sessions() as db, db.begin():
            audit = Audit(db, Origin.system(organisation_name, "command line"))
            target = Target("activity", "activity", "Activity", place)
            audit.did("export", target, detail="The whole record with its chain, as JSON lines")
    except SQLAlchemyError as error:
        why = str(getattr(error, "orig", error)).splitlines()[0]
        typer.echo(f"This export could not be recorded: {why}", err=True)


@app.command("keys")
def print_keys() -> None:
    """Print the public keys that checkpoints are signed with: keep them outside. Ends with 2 where
    nothing is signed yet, so that no empty file is kept for a key."""
    found = _on_database(Settings(), _read_keys)
    if not found:
        typer.echo(
            "Nothing is signed yet: the first checkpoint comes within minutes of the first entry, "
            "where the console has a key ring. Ask again then.",
            err=True,
        )
        sys.exit(NOT_READ)
    for name, public in sorted(found.items()):
        typer.echo(json.dumps({"type": "key", "id": name, "public": public}))


async def _read_keys(db_sessions: DbSessions) -> dict[str, str]:
    async with db_sessions() as db:
        return await keys(db)


def _on_database(settings: Settings, work: Callable[[DbSessions], Coroutine[Any, Any, T]]) -> T:
    async def run() -> T:
        engine = create_engine(settings.database)
        try:
            return await work(create_db_sessions(engine))
        finally:
            await engine.dispose()

    return asyncio.run(run())


def _trusted(file: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            public = str(json.loads(line)["public"])
        except (ValueError, KeyError, TypeError):
            public = line.strip()
        if not is_public(public):
            raise Unreadable(f"line {number} of {file} is no public key")
        found[key_id(public)] = public
    if not found:
        raise Unreadable(f"{file} holds no public key")
    return found


def _tell(report: Report) -> None:
    typer.echo(f"OK: {report.sentence}")
    for note in report.notes:
        typer.echo(note)
    if report.unsigned:
        typer.echo(f"{report.unsigned} checkpoints are not signed: the console had no key ring.")
    if report.waiting:
        typer.echo(f"{report.waiting} entries wait for their place in the chain.")
