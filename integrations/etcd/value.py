"""The safe viewer: what may be shown of a value, decided before anything leaves here.

Order of sniffing (reference §11): encrypted envelope, Kubernetes protobuf, JSON, text, hex.
Secrets and anything that looks like a token or a private key are masked, with their size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from integrations.etcd import envelope

PREVIEW: Final = 64 * 1024
"""Bytes of a value that are shown at most."""
_HEX_PREVIEW: Final = 4 * 1024

SECRET_KEYS: Final = re.compile(rb"(^|/)(secrets|oauthaccesstokens|oauthauthorizetokens)/")
"""Below any prefix, since the API server's is configurable."""
_TELLING_NAME: Final = re.compile(
    rb"(passw(or)?d|secret|token|credential|api[-_.]?key|private[-_.]?key)[^/]*$", re.IGNORECASE
)
_TELLING_FOLDER: Final = re.compile(
    rb"(^|/)(passw(or)?ds?|secrets?|tokens?|credentials?|api[-_.]?keys?|private[-_.]?keys?)/",
    re.IGNORECASE,
)
"""A folder of secrets: only by its whole name, since `token-bucket/rate` is none."""
_SENSITIVE: Final = (
    ("a Kubernetes secret", re.compile(rb"""["']?kind["']?\s*:\s*["']?Secret(List)?\b""")),
    ("a private key or certificate", re.compile(rb"-----BEGIN [A-Z0-9 ]{1,40}-----")),
    ("an encoded key or certificate", re.compile(rb"LS0tLS1CRUdJTi")),
    ("a token (JWT)", re.compile(rb"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.")),
)
_ENCRYPTED: Final = re.compile(rb"^k8s:enc:(kms:v2|[a-z0-9-]+:v1):([^:]{0,253}):")
_PLAIN_ENCRYPTED: Final = b"k8s:enc:"


class Form(StrEnum):
    """How a value is shown."""

    EMPTY = "empty"
    ENCRYPTED = "encrypted"
    KUBERNETES = "kubernetes"
    JSON = "json"
    TEXT = "text"
    BINARY = "binary"
    MASKED = "masked"


@dataclass(frozen=True, slots=True)
class SafeValue:
    """A value made safe to show. `text` is JSON, text or hex by `form`, at most `PREVIEW`
    bytes of the value; empty when masked, encrypted or not text. `note` explains."""

    form: Form
    size: int
    text: str = ""
    truncated: bool = False
    note: str = ""
    object: envelope.KubernetesObject | None = None


def safe_view(key: bytes, value: bytes) -> SafeValue:
    """Decide how `value` is shown; never raises, whatever the bytes are."""
    size = len(value)
    if not value:
        return SafeValue(Form.EMPTY, 0, note="the value is empty")
    if (sealed := _encrypted(value)) is not None:
        return sealed
    held = envelope.decode(value)
    if reason := _secret_because(key, value, held):
        return SafeValue(Form.MASKED, size, note=reason, object=held)
    if held is not None:
        text = value[:_HEX_PREVIEW].hex(" ")
        note = "stored as protobuf; open the object in Kubernetes to read it"
        return SafeValue(Form.KUBERNETES, size, text, size > _HEX_PREVIEW, note, held)
    return _json(value) or _text(value) or _binary(value)


def _secret_because(key: bytes, value: bytes, held: envelope.KubernetesObject | None) -> str | None:
    if SECRET_KEYS.search(key) or (held and held.kind == "Secret"):
        return "a secret: its content is never shown"
    if _TELLING_NAME.search(key):
        return "the key's name says that this is a secret: not shown"
    if _TELLING_FOLDER.search(key):
        return "the key's folder says that this is a secret: not shown"
    found = (what for what, pattern in _SENSITIVE if pattern.search(value))
    what = next(found, None)
    return f"holds {what}: not shown" if what else None


def _encrypted(value: bytes) -> SafeValue | None:
    if not value.startswith(_PLAIN_ENCRYPTED):
        return None
    match = _ENCRYPTED.match(value)
    provider = match[1].split(b":")[0].decode("ascii", "replace") if match else "unknown"
    note = f"encrypted at rest (provider {provider})"
    return SafeValue(Form.ENCRYPTED, len(value), note=note)


def _json(value: bytes) -> SafeValue | None:
    if value.lstrip()[:1] not in {b"{", b"["} or len(value) > PREVIEW:
        return None
    try:
        parsed = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return None
    pretty = msgspec.json.format(msgspec.json.encode(parsed), indent=2).decode()
    return SafeValue(Form.JSON, len(value), pretty)


def _text(value: bytes) -> SafeValue | None:
    head = value[:PREVIEW]
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        cut = len(value) > PREVIEW and error.start >= len(head) - 3
        if not cut:
            return None
        text = head[: error.start].decode()
    if any(not (c.isprintable() or c in "\n\r\t") for c in text):
        return None
    return SafeValue(Form.TEXT, len(value), text, len(value) > PREVIEW)


def _binary(value: bytes) -> SafeValue:
    text = value[:_HEX_PREVIEW].hex(" ")
    note = "not text: shown as hexadecimal bytes"
    return SafeValue(Form.BINARY, len(value), text, len(value) > _HEX_PREVIEW, note)
