"""`craton simulate`: load for the update service."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated

import typer

from backend.omaha.simulate.client import ServiceAddress
from backend.omaha.simulate.fleet import Fleet, FleetPlan

app = typer.Typer(no_args_is_help=True, help="Generate load.")


@app.callback()
def simulate() -> None:
    """Generate load."""


@app.command()
def machines(  # noqa: PLR0917 (each is an option of the command)
    count: Annotated[int, typer.Option(min=1, max=5_000_000, help="How many machines")],
    rate: Annotated[
        float | None, typer.Option(min=0.001, help="Requests per second (default: every 45 min)")
    ] = None,
    speed: Annotated[float, typer.Option(min=0.01, help="How much faster than real time")] = 1.0,
    fail: Annotated[float, typer.Option(min=0, max=100, help="Percent of updates failing")] = 0.0,
    url: Annotated[str, typer.Option(help="The update service")] = "http://127.0.0.1:8080",
    seconds: Annotated[float | None, typer.Option(min=0.1, help="Stop after this time")] = None,
    connections: Annotated[int, typer.Option(min=1, max=4096)] = 32,
    track: Annotated[str, typer.Option(help="The group's track")] = "stable",
    release: Annotated[str, typer.Option(help="The version machines start with")] = "4459.2.0",
) -> None:
    """Machines that check, download, install, reboot and fail like real ones."""
    try:
        target = ServiceAddress.parse(url)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    plan = FleetPlan(
        target,
        count,
        rate=rate,
        speed=speed,
        fail_percent=fail,
        seconds=seconds,
        connections=connections,
        track=track,
        releases=(release,),
    )
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(Fleet(plan).run(typer.echo))
    typer.echo(f"Total: {plan.figures.line()}")
