"""The `craton` command."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from backend.omaha.operate.cli import app as updates_app
from backend.omaha.simulate.cli import app as simulate_app
from backend.settings import Settings
from backend.stack.cli import app as stack_app

__all__ = ["main"]

app = typer.Typer(
    name="craton",
    help="The operator's console of a self-updating container platform.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
secrets_app = typer.Typer(no_args_is_help=True)
app.add_typer(secrets_app, name="secrets", help="The key ring that seals secrets.")
app.add_typer(stack_app, name="stack", help="The local stack of real servers, alone.")
app.add_typer(updates_app, name="updates", help="The update service and its data.")
app.add_typer(simulate_app, name="simulate", help="Load against real endpoints.")


@app.command()
def up() -> None:
    """Start the console with the local stack; Ctrl-C stops everything it started."""
    from backend.up import run_up

    sys.exit(asyncio.run(run_up(Settings())))


@app.command()
def serve(
    listener: Annotated[
        int | None, typer.Option("--fd", hidden=True, help="An inherited listening socket")
    ] = None,
) -> None:
    """Start the console alone, against the configured connections."""
    from backend.serve import run_serve

    run_serve(Settings(), listener)


@app.command()
def migrate() -> None:
    """Bring the database to the newest revision and exit (for a Job before the roll-out)."""
    from backend.db.engine import create_engine
    from backend.db.migrate import upgrade

    settings = Settings()
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def run() -> None:
        engine = create_engine(settings.database)
        await upgrade(engine)
        await engine.dispose()

    asyncio.run(run())


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

    document = create_app(Settings(home=Path("unused"), port=0)).openapi()
    typer.echo(json.dumps(document, indent=1, sort_keys=True))


def main() -> None:
    """Entry point; what an operator can mend ends with its reason in a line, not a trace."""
    from pydantic import ValidationError

    try:
        app()
    except ValidationError as error:
        for item in error.errors():
            name = "__".join(str(part) for part in item["loc"]).upper()
            typer.echo(f"CRATON_{name}: {item['msg']}", err=True)
        sys.exit(2)
    except Exception as error:
        from backend.startcauses import cause_of_start

        cause = cause_of_start(error, Settings())
        if not cause:
            raise
        typer.echo(cause, err=True)
        sys.exit(1)
