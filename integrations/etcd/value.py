"""The safe viewer: what may be shown of a value, decided before anything leaves here.

Order of sniffing (reference §11): encrypted envelope, Kubernetes protobuf, JSON, text, hex.
A secret in another encoding is one too: what can be read is searched as it is read.
What is told to be a secret (`integrations.etcd.secrets`) is masked: of JSON the members alone,
of everything else the whole value, with its size. `revealed_view` shows what `safe_view` masks,
except the content of Kubernetes secrets: those are read from the API server, under its rights
and in its audit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from integrations.etcd import envelope, jsontext
from integrations.etcd.plaintext import decoded, guess, read_text
from integrations.etcd.secrets import (
    KUBERNETES_SECRET,
    KUBERNETES_SECRETS,
    mask_members,
    secret_in,
    told_by_key,
)

PREVIEW: Final = 64 * 1024
"""Bytes of a value that are shown at most."""
_HEX_PREVIEW: Final = 4 * 1024
_OVERLAP: Final = 8 * 1024

_ENCRYPTED: Final = re.compile(rb"^k8s:enc:(kms:v2|[a-z0-9-]+:v1):([^:]{0,253}):")
_PLAIN_ENCRYPTED: Final = b"k8s:enc:"
_BOM: Final = b"\xef\xbb\xbf"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_REWRITTEN: Final = "escapes in its strings are shown as their characters: see it as stored"
_ESCAPED: Final = "hidden characters in its strings are shown as escapes: see it as stored"
_MARKED: Final = "begins with a byte order mark"
_GUESS_SHOWN: Final = 80


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
    bytes of the value; empty when masked, encrypted or not text. `raw` is the very text that is
    stored where `text` is not (laid out, symbols for control characters), None where it is the
    same or may not be shown. `encoding` is what was guessed for bytes that are no UTF-8, and
    `guessed` the text in it. `note` explains, `masked` counts what is not shown, `revealable`
    says whether `revealed_view` would show it."""

    form: Form
    size: int
    text: str = ""
    truncated: bool = False
    note: str = ""
    object: envelope.KubernetesObject | None = None
    masked: int = 0
    revealable: bool = False
    raw: str | None = None
    encoding: str = ""
    guessed: str = ""

    @property
    def read_otherwise(self) -> str:
        """What is shown of bytes that are no UTF-8, as text; empty for all others."""
        utf16 = self.form is Form.TEXT and self.encoding
        return self.text if utf16 else self.guessed


def safe_view(key: bytes, value: bytes) -> SafeValue:
    """Decide how `value` is shown; never raises, whatever the bytes are."""
    held = envelope.decode(value)
    if (plain := _never_shown(key, value, held)) is not None:
        return plain
    if reason := told_by_key(key):
        return _masked(value, reason, held)
    if (document := _json(value)) is not None:
        return document
    # What lies behind the part that is shown needs no masking; a secret may be cut by its end.
    if reason := secret_in(value[: PREVIEW + _OVERLAP]):
        return _masked(value, f"holds {reason}", held)
    shown = _shown(value, held)
    if shown.read_otherwise and (reason := secret_in(shown.read_otherwise.encode())):
        return _masked(value, f"holds {reason}", held)
    return shown


def hidden_in(key: bytes, value: bytes) -> str:
    """Why the whole value may not be handed out as what it is; empty where it may. `safe_view`
    judges what it shows: what is handed out whole is judged whole."""
    safe = safe_view(key, value)
    if safe.masked or safe.form in {Form.MASKED, Form.ENCRYPTED}:
        return safe.note or "it is a secret"
    reason = _secret_in_all(value) if len(value) > PREVIEW else ""
    return f"{reason}: not shown" if reason else ""


def _secret_in_all(value: bytes) -> str:
    """What kind of secret the whole of a large value holds, in words; empty for none."""
    if found := secret_in(value):
        return f"holds {found}"
    text = decoded(value)
    if text is None:
        return "too large to be searched for secrets" if guess(value) is not None else ""
    if value.startswith(_UTF16):
        found = secret_in(text.encode())
        return f"holds {found}" if found else ""
    plain = value.removeprefix(_BOM)
    document = jsontext.read(plain) if jsontext.looks_like_json(plain) else None
    count = mask_members(document).count if document is not None else 0
    return f"holds {count} secret value{'s' if count > 1 else ''}" if count else ""


def revealed_view(key: bytes, value: bytes) -> SafeValue:
    """The value as it is, for a caller who may see secrets; of Kubernetes secrets nothing."""
    held = envelope.decode(value)
    if (plain := _never_shown(key, value, held)) is not None:
        return plain
    if (parsed := _parsed(value)) is not None:
        return _laid_out(value, jsontext.lay_out(parsed))
    return _shown(value, held)


def _never_shown(
    key: bytes, value: bytes, held: envelope.KubernetesObject | None
) -> SafeValue | None:
    """Empty and encrypted values, and secrets that belong to Kubernetes."""
    if not value:
        return SafeValue(Form.EMPTY, 0, note="the value is empty")
    if (sealed := _encrypted(value)) is not None:
        return sealed
    kubernetes = KUBERNETES_SECRETS.search(key) or (held and held.kind == "Secret")
    if kubernetes or KUBERNETES_SECRET.search(value):
        note = "a secret of Kubernetes: its content is never shown here"
        return SafeValue(Form.MASKED, len(value), note=note, object=held, masked=1)
    return None


def _masked(value: bytes, reason: str, held: envelope.KubernetesObject | None) -> SafeValue:
    note = f"{reason}: not shown"
    return SafeValue(Form.MASKED, len(value), note=note, object=held, masked=1, revealable=True)


def _shown(value: bytes, held: envelope.KubernetesObject | None) -> SafeValue:
    if held is not None:
        text = value[:_HEX_PREVIEW].hex(" ")
        note = "stored as protobuf; open the object in Kubernetes to read it"
        return SafeValue(Form.KUBERNETES, len(value), text, len(value) > _HEX_PREVIEW, note, held)
    return _text(value) or _binary(value)


def _encrypted(value: bytes) -> SafeValue | None:
    if not value.startswith(_PLAIN_ENCRYPTED):
        return None
    match = _ENCRYPTED.match(value)
    provider = match[1].split(b":")[0].decode("ascii", "replace") if match else "unknown"
    note = f"encrypted at rest (provider {provider})"
    return SafeValue(Form.ENCRYPTED, len(value), note=note)


def _json(value: bytes) -> SafeValue | None:
    """A JSON document with its secrets masked one by one; None when it is none."""
    parsed = _parsed(value)
    if parsed is None:
        return None
    masked = mask_members(parsed)
    text = jsontext.lay_out(masked.document)
    if not masked.count:
        return _laid_out(value, text)
    note = f"{masked.count} secret value{'s' if masked.count > 1 else ''} not shown"
    return SafeValue(Form.JSON, len(value), text, note=note, masked=masked.count, revealable=True)


def _laid_out(value: bytes, text: str) -> SafeValue:
    """A document for reading, beside the text it is stored as."""
    raw = value.decode()
    note = _rewritten(raw, text)
    if value.startswith(_BOM):
        note = f"{_MARKED}; {note}" if note else _MARKED
    return SafeValue(Form.JSON, len(value), text, note=note, raw=None if raw == text else raw)


def _rewritten(raw: str, text: str) -> str:
    """What was done to the strings of a document, in words; empty where nothing was."""
    if jsontext.same_tokens(raw, text):
        return ""
    escaped = jsontext.escaped(raw.removeprefix("\ufeff"))
    return _ESCAPED if jsontext.same_tokens(escaped, text) else _REWRITTEN


def _parsed(value: bytes) -> Any | None:
    plain = value.removeprefix(_BOM)
    if plain.lstrip()[:1] not in {b"{", b"["} or len(value) > PREVIEW:
        return None
    return jsontext.read(plain)


def _text(value: bytes) -> SafeValue | None:
    cut = len(value) > PREVIEW
    found = read_text(value[:PREVIEW], cut=cut)
    if found is None:
        return None
    raw = decoded(value[:PREVIEW], cut=cut)
    why = f"larger than {PREVIEW // 1024} KiB" if cut else "no JSON that can be"
    notes = [found.note, f"not laid out: {why}" if _is_odd_json(value) else ""]
    return SafeValue(
        Form.TEXT,
        len(value),
        found.text,
        cut,
        "; ".join(filter(None, notes)),
        raw=None if raw == found.text else raw,
        encoding="UTF-16" if value.startswith(_UTF16) else "",
    )


def _is_odd_json(value: bytes) -> bool:
    return jsontext.looks_like_json(value.removeprefix(_BOM))


def _binary(value: bytes) -> SafeValue:
    text = value[:_HEX_PREVIEW].hex(" ")
    note, encoding, guessed = "not text: shown as hexadecimal bytes", "", ""
    if (reading := guess(value)) is not None:
        encoding, guessed = reading
        start = " ".join(guessed[:_GUESS_SHOWN].split())
        note = f"not UTF-8: shown as hexadecimal bytes; as {encoding}, a guess, it reads: {start}"
    cut = len(value) > _HEX_PREVIEW
    return SafeValue(Form.BINARY, len(value), text, cut, note, encoding=encoding, guessed=guessed)
