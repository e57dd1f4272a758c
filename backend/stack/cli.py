"""`craton stack up|down|status`."""

import asyncio
import signal
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import platformdirs
import typer

from backend.stack.errors import NotRunning, ProgramUnavailable, StackError
from backend.stack.filecauses import cause_of_file
from backend.stack.nodes.allowed import obstacle
from backend.stack.options import StackOptions
from backend.stack.paths import StackPaths, cache_root
from backend.stack.process.records import RecordFile
from backend.stack.programs.provide import provide
from backend.stack.programs.spec import ALL, CORE
from backend.stack.report import human_status
from backend.stack.stack import Stack
from backend.stack.status import ComponentState, read_status

app = typer.Typer(help="The local stack of real servers.", no_args_is_help=True)

STOP_LIMIT = 60.0
RETRY_LIMIT = 10.0
"""Seconds in which a running stack takes up what is to be tried again (it looks twice a second)."""

Home = Annotated[
    Path | None,
    typer.Option(envvar="CRATON_HOME", help="The data directory.", show_default=False),
]


class Output(StrEnum):
    """How to print the status."""

    TEXT = "text"
    JSON = "json"


def data_directory(home: Path | None) -> Path:
    """Give the data directory: the one named, else the platform's."""
    return (home or platformdirs.user_data_path("craton")).resolve()


async def _run(stack: Stack) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stack.run(stop)


@app.command()
def up(home: Home = None, console_url: str | None = None) -> None:
    """Run the stack until Ctrl-C."""
    stack = Stack(data_directory(home), StackOptions.from_environment(console_url))
    typer.echo(f"The stack is coming up; see: craton stack status (status in {stack.paths.status})")
    try:
        asyncio.run(_run(stack))
    except (StackError, OSError) as error:
        known = cause_of_file(error, stack.paths.home) if isinstance(error, OSError) else ""
        typer.echo(known or str(error), err=True)
        raise typer.Exit(1) from error


@app.command()
def build() -> None:
    """Find every program or build it, and say where it is."""
    if not asyncio.run(_build()):
        raise typer.Exit(1)


async def _build() -> bool:
    said = ""

    def tell(share: float | None, detail: str) -> None:
        nonlocal said
        line = (
            detail
            if share is None
            else f"{share * 20 // 1 * 5:3.0f}% {detail.split(' ', maxsplit=1)[0]}"
        )
        if line != said:
            typer.echo(f"  {line}")
        said = line

    complete, reason = True, obstacle()
    if reason:
        typer.echo(f"Without real nodes: {reason}")
    for program in CORE if reason else ALL:
        try:
            found = await provide(program, cache_root(), tell)
            typer.echo(f"{program.name} {found.version} ({found.origin}): {found.path}")
        except ProgramUnavailable as error:
            complete = False
            typer.echo(f"{program.name}: {error}", err=True)
    return complete


@app.command()
def down(home: Home = None) -> None:
    """Stop the running stack and wait until it is down."""
    paths = StackPaths(data_directory(home))
    try:
        stop_supervisor(paths)
    except NotRunning as error:
        typer.echo(str(error))
    except TimeoutError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error


@app.command()
def retry(
    names: Annotated[list[str] | None, typer.Argument(help="Components; none: all failed")] = None,
    home: Home = None,
) -> None:
    """Try failed components again; what runs goes on."""
    paths = StackPaths(data_directory(home))
    found = read_status(paths.status)
    record = RecordFile(paths.supervisor).read()
    if found is None or record is None or record.process() is None:
        typer.echo(f"No stack runs in {paths.root}.", err=True)
        raise typer.Exit(1)
    states = {component.name: component.state for component in found.components}
    failed = [name for name, state in states.items() if state is ComponentState.FAILED]
    for name in names or failed:
        if name not in failed:
            is_what = f"is {states[name]}" if name in states else "is no component"
            typer.echo(f"{name} {is_what}; failed: {', '.join(failed) or 'none'}", err=True)
            raise typer.Exit(1)
    if not failed:
        typer.echo("No component has failed.")
    marks = [paths.retries / name for name in names or failed]
    for mark in marks:
        mark.touch(0o600)
    deadline = time.monotonic() + RETRY_LIMIT
    while any(mark.exists() for mark in marks) and record.process() is not None:
        if time.monotonic() > deadline:
            typer.echo("The stack has not taken it up yet; see: craton stack status", err=True)
            raise typer.Exit(1)
        time.sleep(0.05)
    if any(mark.exists() for mark in marks):
        typer.echo(f"No stack runs any more in {paths.root}.", err=True)
        raise typer.Exit(1)
    for mark in marks:
        typer.echo(f"{mark.name} is tried again; see: craton stack status")


def stop_supervisor(paths: StackPaths, limit: float = STOP_LIMIT) -> None:
    """End the supervisor of this directory with SIGTERM and wait for it.

    NotRunning when there is none, TimeoutError after `limit` seconds.
    """
    record = RecordFile(paths.supervisor).read()
    process = record.process() if record else None
    if process is None:
        raise NotRunning(f"no stack runs in {paths.root}")
    process.terminate()
    deadline = time.monotonic() + limit
    while record and record.process() is not None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"the stack (pid {process.pid}) did not stop in {limit:.0f} s")
        time.sleep(0.1)


@app.command()
def status(
    home: Home = None, output: Annotated[Output, typer.Option("-o", "--output")] = Output.TEXT
) -> None:
    """Show what every component is doing and how to reach it."""
    paths = StackPaths(data_directory(home))
    found = read_status(paths.status)
    record = RecordFile(paths.supervisor).read()
    running = record is not None and record.process() is not None
    if found is None or not running:
        typer.echo(f"No stack runs in {paths.root}.", err=True)
        raise typer.Exit(1)
    if output is Output.JSON:
        typer.echo(msgspec.json.format(msgspec.json.encode(found)).decode())
    else:
        human_status(found, sys.stdout)


if __name__ == "__main__":
    app()
