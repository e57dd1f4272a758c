"""A connection's state for support: versions, settings and states, nothing secret."""

from __future__ import annotations

import platform
import time
from importlib.metadata import version
from typing import Any, Final

from pydantic import BaseModel, SecretStr

from backend.connections.manager import Declared

__all__ = ["diagnostics"]

_WITHHELD: Final = "(withheld)"
_TEXT_OF_KEYS: Final = frozenset({"ca_data", "cert_data"})
"""Public, but long; their subjects stand among the certificates."""


async def diagnostics(declared: Declared) -> dict[str, Any]:
    """The document. Fields that may hold a secret are withheld by type, not by name."""
    record, freshness = declared.record, declared.freshness
    return {
        "made": time.time(),
        "craton": version("craton"),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "kind": record.kind,
        "name": record.name,
        "origin": record.origin.value,
        "disabled": record.disabled,
        "problem": record.problem,
        "state": freshness.state.value if freshness else None,
        "since": freshness.since if freshness else None,
        "message": freshness.message if freshness else "",
        "feeds": declared.feeds,
        "certificates": [
            {"what": c.what, "subject": c.subject, "expires": c.expires}
            for c in declared.certificates
        ],
        "settings": _redacted(record.settings) if record.settings is not None else None,
    }


def _redacted(settings: BaseModel) -> dict[str, Any]:
    plain = settings.model_dump(mode="json")
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            plain[name] = _WITHHELD if value.get_secret_value() else ""
        elif name in _TEXT_OF_KEYS and value:
            plain[name] = _WITHHELD
        elif isinstance(value, BaseModel):
            plain[name] = _redacted(value)
    return plain
