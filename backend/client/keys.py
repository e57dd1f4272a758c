"""Credentials of contexts: in the system's keyring where there is one, else in a file for its
owner alone (mode 0600).

The keyring is the package `keyring`, which is optional (``pip install craton[keyring]``): a machine
without a desktop has none that could be unlocked. ``CRATON_TOKEN`` goes before either.
"""

from __future__ import annotations

import contextlib
import os
from importlib.util import find_spec
from types import ModuleType
from typing import Final

from backend.client.contexts import Context
from backend.client.failures import CommandFailed, Exit
from backend.client.places import config_file, read_json, write_json

__all__ = ["credential", "forget", "keep", "kept"]

_FILE: Final = "credentials.json"
_SERVICE: Final = "craton"


def credential(context: Context) -> str:
    """The bearer token for this console; fails when nobody is signed in to it."""
    token = os.environ.get("CRATON_TOKEN", "").strip() or kept(context)
    if not token:
        raise CommandFailed(
            f"You are not signed in to {context.url}: craton login {context.url}",
            Exit.NOT_SIGNED_IN,
        )
    return token


def keep(context: Context, token: str) -> str:
    """Keep it for later commands; says where."""
    ring = _ring()
    if ring is not None:
        from keyring.errors import KeyringError

        try:
            ring.set_password(_SERVICE, context.url, token)
        except KeyringError:
            pass  # locked, or nobody there to unlock it: the file
        else:
            _put(context.url, None)
            return "the system's keyring"
    _put(context.url, token)
    return str(config_file(_FILE))


def forget(context: Context) -> None:
    """Keep it no longer."""
    ring = _ring()
    if ring is not None:
        from keyring.errors import KeyringError

        with contextlib.suppress(KeyringError):  # none was there
            ring.delete_password(_SERVICE, context.url)
    _put(context.url, None)


def kept(context: Context) -> str:
    """The credential that was kept, whatever the environment says; empty without one."""
    found = read_json(config_file(_FILE)).get(context.url)
    if isinstance(found, str):
        return found
    ring = _ring()
    if ring is None:
        return ""
    from keyring.errors import KeyringError

    try:
        return str(ring.get_password(_SERVICE, context.url) or "")
    except KeyringError:
        return ""


def _ring() -> ModuleType | None:
    """The package, where it is installed and finds a keyring that is one."""
    if find_spec("keyring") is None:
        return None
    import keyring

    return keyring if keyring.get_keyring().priority >= 1 else None


def _put(url: str, token: str | None) -> None:
    file = config_file(_FILE)
    known = read_json(file)
    if known.get(url) == token:
        return
    known.pop(url, None)
    if token is not None:
        known[url] = token
    write_json(file, known)
