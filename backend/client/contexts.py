"""Contexts: which consoles the commands know, and which one is asked.

They are kept without any secret (`backend.client.keys` has those). The environment goes before
them, for jobs that have no home: ``CRATON_URL`` and ``CRATON_TOKEN``, ``CRATON_CA_FILE``; and
``CRATON_CONTEXT`` chooses one.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from backend.client.failures import CommandFailed, Exit
from backend.client.places import config_file, read_json, write_json

__all__ = ["Context", "Contexts", "checked", "chosen", "loopback", "name_for"]

_FILE: Final = "contexts.json"
_MOST: Final = 2048


@dataclass(frozen=True, slots=True)
class Context:
    """A console: its address (with the path it is below), the CA its certificate is checked
    with (a file; the system's unless given), and whether it is checked at all."""

    name: str
    url: str
    ca_file: str = ""
    insecure: bool = False


class Contexts:
    """The known contexts, in a file of the user's configuration."""

    def __init__(self) -> None:
        self._file = config_file(_FILE)
        found = read_json(self._file)
        self.current = str(found.get("current", ""))
        self._known: dict[str, Context] = {}
        for name, fields in found.get("contexts", {}).items():
            self._known[name] = Context(name, **_fields(fields))

    def all(self) -> list[Context]:
        """All of them by name."""
        return [self._known[name] for name in sorted(self._known)]

    def find(self, name: str) -> Context:
        """The one of that name, or a failure that says which there are."""
        if name not in self._known:
            known = ", ".join(sorted(self._known)) or "none yet: craton login URL"
            raise CommandFailed(f"There is no context called {name!r} (there is {known}).")
        return self._known[name]

    def put(self, context: Context) -> None:
        """Add or replace it, and make it the current one."""
        self._known[context.name] = context
        self.use(context.name)

    def use(self, name: str) -> None:
        """Make it the one that is asked unless told."""
        self.current = self.find(name).name
        self._write()

    def remove(self, name: str) -> Context:
        """Forget it."""
        gone = self.find(name)
        del self._known[name]
        if self.current == name:
            self.current = ""
        self._write()
        return gone

    def _write(self) -> None:
        contexts = {name: asdict(context) for name, context in self._known.items()}
        for fields in contexts.values():
            del fields["name"]
        write_json(self._file, {"current": self.current, "contexts": contexts})


def chosen(name: str | None) -> Context:
    """The context of that name, that of the environment, or the current one."""
    url = os.environ.get("CRATON_URL", "")
    if url and not name:
        return checked(Context("", url, os.environ.get("CRATON_CA_FILE", "")))
    contexts = Contexts()
    name = name or os.environ.get("CRATON_CONTEXT") or contexts.current
    if not name:
        raise CommandFailed(
            "Which console? Sign in with craton login URL, choose one with craton context use "
            "NAME, or set CRATON_URL and CRATON_TOKEN.",
            Exit.NOT_SIGNED_IN,
        )
    return contexts.find(name)


def checked(context: Context) -> Context:
    """The context with its address in one form; fails for one that would give the credential
    away: over plain HTTP, or without checking the certificate, to another machine."""
    parts = urlsplit(context.url if "://" in context.url else f"https://{context.url}")
    host = parts.hostname or ""
    if len(context.url) > _MOST or parts.scheme not in {"http", "https"} or not host:
        raise CommandFailed(f"{context.url[:200]!r} is no address of a console.", Exit.USAGE)
    if parts.username or parts.query or parts.fragment:
        raise CommandFailed("Give the console's address alone, without user or query.", Exit.USAGE)
    if parts.scheme == "http" and not loopback(host):
        raise CommandFailed(
            f"Over http:// everybody between here and {host} could read the credential: use "
            "https://.",
            Exit.USAGE,
        )
    if context.insecure and not loopback(host):
        raise CommandFailed(
            f"--insecure is for this machine alone: check the certificate of {host} with "
            "--ca-file.",
            Exit.USAGE,
        )
    url = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
    return Context(context.name or name_for(url), url, context.ca_file, context.insecure)


def loopback(host: str) -> bool:
    """Whether nothing that is sent there leaves this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def name_for(url: str) -> str:
    """What a context is called unless told: the host, with a port that is not the usual one."""
    return urlsplit(url).netloc


def _fields(found: Any) -> dict[str, Any]:
    known = found if isinstance(found, dict) else {}
    return {
        "url": str(known.get("url", "")),
        "ca_file": str(known.get("ca_file", "")),
        "insecure": known.get("insecure") is True,
    }
