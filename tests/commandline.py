"""`craton` as a person runs it: a process of its own, with its own home."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.consoleprocess import ConsoleProcess, Person
from tests.processes import start
from tests.stackfixtures import REPOSITORY

__all__ = ["CommandLine", "token_for"]


@dataclass
class CommandLine:
    """Somebody's shell: `home` holds what the commands keep."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def variables(self) -> dict[str, str]:
        """What the commands see: nothing of the machine's own contexts."""
        plain = {name: value for name, value in os.environ.items() if "CRATON" not in name}
        own = {
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
            "TERM": "dumb",
            "COLUMNS": "200",
        }
        return plain | own | self.environment

    def run(self, *words: str, code: int = 0) -> str:
        """What the command prints; it has to end with `code`."""
        done = self.ended(*words)
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout if code == 0 else done.stdout + done.stderr

    def ended(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The command, run to its end."""
        return subprocess.run(
            [sys.executable, "-m", "backend", *words],
            cwd=REPOSITORY,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def started(self, output: Path, *words: str) -> subprocess.Popen[bytes]:
        """The command, running on; what it prints is in `output`."""
        with output.open("wb") as stream:
            return start(
                sys.executable, "-m", "backend", *words,
                cwd=REPOSITORY, env=self.variables, stdin=subprocess.DEVNULL, stdout=stream,
                stderr=subprocess.STDOUT,
            )  # fmt: skip


def token_for(
    console: ConsoleProcess, person: Person, *rights: str, scopes: tuple[str, ...] = ()
) -> dict[str, str]:
    """The environment of a job that calls with a token of this person's."""
    body = {"name": "job", "rights": list(rights) or ["*:*"], "scopes": list(scopes)}
    made = person.http.post("/tokens", json=body)
    assert made.status_code == 201, made.text
    return {"CRATON_URL": console.url, "CRATON_TOKEN": made.json()["secret"]}
