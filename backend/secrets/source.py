"""Which key ring is in force: from the environment, a named file, or our own file."""

from __future__ import annotations

from backend.secrets.keyring import KeyRing, make_key_file, parse_ring, read_ring
from backend.settings import Settings

__all__ = ["load_ring"]


def load_ring(settings: Settings) -> KeyRing | None:
    """The key ring. Blocking; raises `KeyRingError`.

    Without any setting a console on SQLite, which is alone with its data directory, makes a
    key file of its own there. Several replicas on one database must be given the same ring:
    for them there is none until one is configured.
    """
    if text := settings.secrets_keys.get_secret_value():
        return parse_ring(text)
    if settings.secrets_key_file is not None:
        return read_ring(settings.secrets_key_file)
    file = settings.home / "secrets.key"
    if not file.exists():
        if settings.database_url:
            return None
        make_key_file(file)
    return read_ring(file)
