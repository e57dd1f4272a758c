"""The beginnings of some values, for a table of keys: as safe as a value's own page."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import structlog

from backend.features.keyvalue.schemas import ValuePreview
from integrations.contract import NotFound
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.keytext import key_text
from integrations.etcd.models import KeyValue
from integrations.etcd.value import Form, SafeValue, safe_view

__all__ = ["MOST", "previews"]

_log = structlog.get_logger("craton.keyvalue")

MOST: Final = 40
"""Keys asked for at once: what a table shows."""
_AT_ONCE: Final = 4
_CHARACTERS: Final = 160
_LARGE: Final = 16 * 1024
"""Larger values are not looked into: forty of the worst would hold up others for a minute."""
_BYTES: Final = 24
"""Of a binary value."""


async def previews(connection: EtcdConnection, keys: Sequence[bytes]) -> list[ValuePreview]:
    """The values' beginnings in the order of `keys`, without those that are not there (any
    more) or lie outside of what the connection shows."""
    prefix = connection.settings.prefix.encode()
    turn = asyncio.Semaphore(_AT_ONCE)

    async def one(key: bytes) -> ValuePreview | None:
        if not key.startswith(prefix):
            return None
        async with turn:
            try:
                held, _ = await connection.client.value(key)
            except NotFound:
                return None
        if len(held.value) > _LARGE:
            return _large(key, held)
        try:
            safe = await asyncio.to_thread(safe_view, key, held.value)
        except Exception as error:  # noqa: BLE001 (whatever it holds, its neighbours are shown)
            # Never the error's text: it may quote the value.
            kind = type(error).__name__
            _log.error("value_not_read", etcd=connection.name, key=key_text(key), error=kind)
            safe = SafeValue(Form.MASKED, len(held.value), masked=1)
        return ValuePreview(
            path=key_text(key),
            form=safe.form.value,
            size=safe.size,
            text=_line(safe),
            masked=safe.masked,
            revision=held.mod_revision,
        )

    found = await asyncio.gather(*(one(key) for key in dict.fromkeys(keys)))
    return [preview for preview in found if preview is not None]


def _large(key: bytes, held: KeyValue) -> ValuePreview:
    return ValuePreview(
        path=key_text(key), form="large", size=len(held.value), text="", masked=0,
        revision=held.mod_revision,
    )  # fmt: skip


def _line(safe: SafeValue) -> str:
    if safe.object is not None:
        return " ".join(filter(None, (safe.object.kind, safe.object.namespace, safe.object.name)))
    if safe.form is Form.BINARY:
        return safe.text[: _BYTES * 3].strip()
    line = " ".join(safe.text[: _CHARACTERS * 8].split())
    return line if len(line) <= _CHARACTERS else f"{line[:_CHARACTERS]}…"
