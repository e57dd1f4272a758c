"""Values between bytes and what is typed, without changing a byte that nobody asked to change."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from backend.errors import FieldError, Unprocessable
from backend.features.keyvalue.editing.schemas import Encoding, ValueBody
from backend.features.keyvalue.project import lease_text
from integrations.etcd import jsontext
from integrations.etcd.models import KeyValue
from integrations.etcd.value import Form, hidden_in, safe_view

__all__ = ["MOST_BYTES", "Typed", "bytes_of", "facts_of", "room_of", "room_refusal", "typed_of"]

MOST_BYTES: Final = 1536 * 1024
"""What etcd takes in one request unless it is told otherwise (`--max-request-bytes`)."""
_AROUND: Final = 512
"""What a request holds beside the key and its value."""
_UNTYPED: Final = re.compile(r"[^\n\t -~\x80-\U0010ffff]")
"""What a text field of a browser loses or cannot show: returns, NUL and other controls."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A value as it is written in a form; `text` None where it is not shown, for `hidden`."""

    encoding: Encoding
    text: str | None
    base64: str | None
    hidden: str = ""


def typed_of(key: bytes, value: bytes) -> Typed:
    """How a value is edited. Secrets are not given out here: their reader is *Reveal*."""
    if hidden := hidden_in(key, value):
        return Typed("text", None, None, hidden)
    safe = safe_view(key, value)
    packed = base64.b64encode(value).decode()
    text = _text(value)
    if text is None:
        return Typed("base64", packed, packed)
    return Typed("json" if safe.form is Form.JSON else "text", text, packed)


def bytes_of(body: ValueBody, key: bytes) -> bytes:
    """The bytes that are to be stored. Raises 422 at `value`, never with what is in it."""
    value = _READERS[body.encoding](body)
    if why := room_refusal(key, value):
        raise _wrong(why)
    return value


def room_of(key: bytes, value: bytes) -> int:
    """Bytes of a request that writes it, about."""
    return len(key) + len(value) + _AROUND


def room_refusal(key: bytes, value: bytes) -> str:
    """Why it does not fit into a request; empty where it does."""
    if room_of(key, value) <= MOST_BYTES:
        return ""
    return (
        f"The value has {len(value):,} bytes. etcd takes {MOST_BYTES:,} in one request, "
        "with the key: keep large things elsewhere, and their address here."
    )


def facts_of(held: KeyValue | None) -> dict[str, Any]:
    """What the record keeps of a key: never its value, nor a digest of a secret, which could be
    found by trying."""
    if held is None:
        return {}
    secret = hidden_in(held.key, held.value)
    digest = {} if secret else {"sha256": hashlib.sha256(held.value).hexdigest()}
    return {"bytes": len(held.value), "lease": lease_text(held.lease), **digest}


def _text(value: bytes) -> str | None:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return None
    return None if _UNTYPED.search(text) else text


def _of_text(body: ValueBody) -> bytes:
    try:
        return body.value.encode()
    except UnicodeEncodeError as error:
        raise _wrong("It holds half a character, which is no text.") from error


def _of_json(body: ValueBody) -> bytes:
    value = _of_text(body)
    try:
        json.loads(body.value, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _wrong(f"This is not JSON: {error.msg.lower()} at {place}.") from error
    except (ValueError, RecursionError) as error:
        raise _wrong("This is not JSON: NaN, Infinity, or nested too deeply.") from error
    if not body.pretty:
        return value
    document = jsontext.read(value)
    if document is None:
        raise _wrong("This is nested too deeply to be laid out: store it as it is.")
    return jsontext.lay_out(document).encode()


def _of_base64(body: ValueBody) -> bytes:
    try:
        return base64.b64decode("".join(body.value.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _wrong(f"This is not base64: {_said(error)}.") from error


def _of_hex(body: ValueBody) -> bytes:
    try:
        return bytes.fromhex(body.value)
    except ValueError as error:
        raise _wrong("These are not pairs of hexadecimal digits.") from error


def _said(error: Exception) -> str:
    return str(error).removesuffix(".").lower()


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)


def _wrong(message: str) -> Unprocessable:
    return Unprocessable(message, errors=[FieldError(field="value", message=message)])


_READERS: Final = {"text": _of_text, "json": _of_json, "base64": _of_base64, "hex": _of_hex}
