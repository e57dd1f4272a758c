"""Whether bytes hold a secret, told by the key's name, by names inside, and by known shapes.

A name says it (``/config/db/password``, ``"password": "…"``, ``DB_PASSWORD=…``), or the value
does: private keys, tokens of well-known issuers, password hashes, credentials in a URL. Base64
is looked into once, since that is how such things are carried. Masking too much costs a
click on *Reveal*; showing one secret cannot be taken back.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any, Final

from integrations.etcd.jsontext import Members
from integrations.redaction import SHAPES, WORDS

__all__ = [
    "KUBERNETES_SECRET",
    "KUBERNETES_SECRETS",
    "MASK",
    "Masked",
    "mask_members",
    "secret_in",
    "told_by_key",
]

MASK: Final = "•••••• (not shown)"
_MAX_DEPTH: Final = 64
_LONGEST_BASE64: Final = 256 * 1024

KUBERNETES_SECRETS: Final = re.compile(rb"(^|/)(secrets|oauthaccesstokens|oauthauthorizetokens)/")
"""Below any prefix, since the API server's is configurable."""

KUBERNETES_SECRET: Final = re.compile(rb"""kind["']?\s{0,64}:\s{0,64}["']?Secret(List)?\b""")
"""A secret's manifest, as JSON or YAML."""

_NAME: Final = re.compile(rf"(?:{WORDS})".encode() + rb"[^/]*$", re.IGNORECASE)
_FOLDER: Final = re.compile(
    rb"(^|/)(passw(or)?ds?|secrets?|tokens?|credentials?|api[-_.]?keys?|private[-_.]?keys?)/",
    re.IGNORECASE,
)
"""A folder of secrets: only by its whole name, since `token-bucket/rate` is none."""

_WORD: Final = re.compile(WORDS, re.IGNORECASE)
_WHOLE_NAMES: Final = frozenset(
    {"auth", "authorization", "pass", "bearer", "cookie", "client-key-data", "key-data", "salt"}
)
_ABOUT: Final = re.compile(
    r".*(?:name|namespace|refs?|path|file|ttl|seconds|expir\w*|lifetime|type|policy|length|size|"
    r"enabled|required|count|limits?|bucket|url|uri|hint|rules?|version|age|created|updated|"
    r"rotation\w*|per[-_]\w+|less\w*|mount|review)",
    re.IGNORECASE,
)
"""How names end that only tell of a secret: `secretName`, `token_ttl`, `passwordPolicy`."""

_ASSIGNED: Final = re.compile(
    rb"([\w.-]{0,64})[\"']?\s{0,8}[:=>]"
    rb"(?=\s{0,8}[\"']?(?!(?:true|false|null|none|~)\b)[^\s\"',;}\]<])",
    re.IGNORECASE,
)

_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_BASE64_GROUP: Final = 4


def told_by_key(key: bytes) -> str | None:
    """Why a key's own name or folder says that its value is a secret; None when it does not."""
    if _NAME.search(key):
        return "the key's name says that this is a secret"
    if _FOLDER.search(key):
        return "the key's folder says that this is a secret"
    return None


def secret_in(value: bytes, *, names: bool = True) -> str | None:
    """What kind of secret `value` holds, in words; None for none that is known.

    `names`: whether ``password = …`` inside counts (not for JSON, whose members are known).
    """
    for what, pattern in SHAPES:
        if pattern.search(value):
            return what
    if names and _assigned(value):
        return "a value whose name says that it is a secret"
    inner = _decoded(value)
    return secret_in(inner, names=names) if inner is not None else None


def _assigned(value: bytes) -> bool:
    """Whether ``name = value``, ``name: value`` or ``<name>value`` gives a secret."""
    return any(
        _is_secret(found[1].decode("ascii", "replace")) for found in _ASSIGNED.finditer(value)
    )


def _decoded(value: bytes) -> bytes | None:
    """What base64 text stands for, when it is nothing else; None otherwise."""
    if not 16 <= len(value) <= _LONGEST_BASE64:
        return None
    # Lines first, then one class: a pattern over both takes quadratic time on hostile values.
    lines = value.split()
    packed = b"".join(lines)
    if any(len(line) % _BASE64_GROUP for line in lines[:-1]) or not _BASE64.fullmatch(packed):
        return None
    packed = packed.replace(b"-", b"+").replace(b"_", b"/")
    try:
        decoded = base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except binascii.Error:
        return None
    # Any word of letters is base64 of something: only what decodes to text was encoded text.
    return decoded if decoded.isascii() or decoded.startswith(b"-----BEGIN") else None


@dataclass(slots=True)
class Masked:
    """A JSON document whose secrets are replaced by `MASK`; `count` says how many were."""

    document: Any
    count: int = 0


def mask_members(document: Any) -> Masked:
    """Of a document of `jsontext`, replace what a member's name, or a string's own shape, says is
    a secret."""
    masked = Masked(None)
    masked.document = _mask(document, masked, secret=False, depth=0)
    return masked


def _mask(part: Any, masked: Masked, *, secret: bool, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        masked.count += 1
        return MASK
    if isinstance(part, Members):
        return Members(
            (name, _mask(inner, masked, secret=secret or _is_secret(name), depth=depth + 1))
            for name, inner in part
        )
    if isinstance(part, list):
        return [_mask(inner, masked, secret=secret, depth=depth + 1) for inner in part]
    if part is None or isinstance(part, bool) or part == "":
        return part
    if secret or (isinstance(part, str) and secret_in(part.encode("utf-8", "replace"))):
        masked.count += 1
        return MASK
    return part


def _is_secret(name: str) -> bool:
    if name.lower() in _WHOLE_NAMES:
        return True
    found = _WORD.search(name)
    return found is not None and not _ABOUT.fullmatch(name[found.end() :])
