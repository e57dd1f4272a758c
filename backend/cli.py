"""The `craton` command."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from backend.client.commands import COMMANDS, context_app
from backend.client.failures import CommandFailed
from backend.collector import spare_what_comes
from backend.lazycommands import LazyCommands

__all__ = ["main"]

app = typer.Typer(
    name="craton",
    cls=LazyCommands,
    help="The operator's console of a self-updating container platform.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
secrets_app = typer.Typer(no_args_is_help=True)
app.add_typer(secrets_app, name="secrets", help="The key ring that seals secrets.")
app.add_typer(context_app, name="context")
for command in COMMANDS:
    app.command()(command)


@app.command()
def up() -> None:
    """Start the console with the local stack; Ctrl-C stops everything it started."""
    from backend.settings import Settings
    from backend.up import run_up

    sys.exit(asyncio.run(run_up(Settings())))


@app.command()
def serve(
    listener: Annotated[
        int | None, typer.Option("--fd", hidden=True, help="An inherited listening socket")
    ] = None,
) -> None:
    """Start the console alone, against the configured connections."""
    spare_what_comes()
    from backend.serve import run_serve
    from backend.settings import Settings

    run_serve(Settings(), listener)


@app.command()
def migrate() -> None:
    """Bring the database to the newest revision and exit (for a Job before the roll-out)."""
    from backend.db.engine import create_engine
    from backend.db.migrate import upgrade
    from backend.settings import Settings

    settings = Settings()
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def run() -> None:
        engine = create_engine(settings.database)
        await upgrade(engine)
        await engine.dispose()

    asyncio.run(run())


@app.command("break-glass")
def break_glass() -> None:
    """Print a new code for the break-glass account, on the server itself."""
    from backend.breakglasscli import print_code

    code, told = print_code()
    typer.echo(told, err=bool(code))
    sys.exit(code)


@app.command()
def doctor() -> None:
    """Check this machine and the configuration; say what is missing and what to do."""
    from backend.doctor import run_doctor

    sys.exit(run_doctor())


@secrets_app.command("key")
def secrets_key() -> None:
    """Print a new line for the key ring; put it first to make it the active key."""
    from backend.secrets.keyring import make_key

    typer.echo(make_key())


@app.command()
def openapi() -> None:
    """Print the OpenAPI document of the REST API."""
    from backend.app import create_app
    from backend.settings import Settings

    document = create_app(Settings(home=Path("unused"), port=0)).openapi()
    typer.echo(json.dumps(document, indent=1, sort_keys=True))


def main() -> None:
    """Entry point; what an operator can mend ends with its reason in a line, not a trace."""
    try:
        app(prog_name="craton")
    except CommandFailed as failed:
        typer.echo(f"craton: {failed}", err=True)
        sys.exit(failed.code)
    except BrokenPipeError:
        # Who read has seen enough; the interpreter must not try to write the rest as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)
    except Exception as error:
        code = _told(error)
        if not code:
            raise
        sys.exit(code)


def _told(error: Exception) -> int:
    """Say why a server does not start: how to exit. 0 for what is not known: a fault of ours."""
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        for item in error.errors():
            name = "__".join(str(part) for part in item["loc"]).upper()
            typer.echo(f"CRATON_{name}: {item['msg']}", err=True)
        return 2
    from backend.settings import Settings
    from backend.startcauses import cause_of_start

    cause = cause_of_start(error, Settings())
    if not cause:
        return 0
    typer.echo(cause, err=True)
    return 1
