"""The bytes that hashes and signatures of the chain cover. Pure.

An entry is covered as canonical JSON (RFC 8785). For text, whole numbers and times, all an entry
holds, that is what `json.dumps` writes with sorted names; `tests/unit/audit/test_canonical.py`
compares it with a library of the standard.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["FIELDS", "FORMAT", "GENESIS", "canonical", "checkpoint_bytes", "link_hash"]

FORMAT: Final = "craton/audit/v1"
"""Names what is covered and how; a change of either is another version."""
GENESIS: Final = "0" * 64
"""The hash before the first entry."""
FIELDS: Final = (
    "key", "at", "organisation", "actor", "subject_kind", "subject_id", "credential_kind",
    "credential_id", "provider", "address", "agent", "request", "action", "decision", "binding",
    "outcome", "target_kind", "target_id", "target", "scope", "detail", "change", "upstream",
    "times",
)  # fmt: skip
"""Every column of an entry."""
_LINK: Final = f"{FORMAT}/link\0".encode()
_CHECKPOINT: Final = f"{FORMAT}/checkpoint\0".encode()


def canonical(value: Mapping[str, Any]) -> bytes:
    """`value` as canonical JSON: a whole number is written as one, be it a float or not."""
    plain = {
        name: int(one) if isinstance(one, float) and one.is_integer() else one
        for name, one in value.items()
    }
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def link_hash(previous: str, sequence: int, entry: Mapping[str, Any]) -> str:
    """The hash at `sequence`, of an entry's `FIELDS` and the hash before, in hexadecimal."""
    covered = canonical({name: entry.get(name) for name in FIELDS} | {"sequence": sequence})
    return hashlib.sha256(_LINK + previous.encode() + b"\0" + covered).hexdigest()


def checkpoint_bytes(organisation: str, sequence: int, kind: str, digest: str, at: float) -> bytes:
    """What the signature of a checkpoint covers."""
    said = {
        "organisation": organisation, "sequence": sequence, "kind": kind, "hash": digest, "at": at,
    }  # fmt: skip
    return _CHECKPOINT + canonical(said)
