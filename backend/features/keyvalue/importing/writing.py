"""Writing some keys of a plan: each compared with the version the plan saw, each on record."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import HTTPConnection

from auth import scope
from auth.principal import Principal
from auth.verb import Verb
from backend.audit import Change, Target
from backend.errors import Conflict, FieldError, Unprocessable
from backend.features.keyvalue.editing.values import MOST_BYTES, facts_of, room_of
from backend.features.keyvalue.full import full
from backend.features.keyvalue.importing.schemas import ImportPut, ImportResult, ImportWritten
from backend.features.keyvalue.rules import ReadOnly, key_refusal, store_refusal
from backend.features.keyvalue.service import read_key
from backend.http.attempt import Attempt, attempted
from backend.http.guard import require
from integrations.contract import (
    IntegrationError,
    UpstreamFailed,
    UpstreamRefused,
    UpstreamUnreachable,
)
from integrations.etcd.batches import BatchWriter, Put, Written
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.errors import NoSpace
from integrations.etcd.keytext import key_text
from integrations.etcd.models import KeyValue
from integrations.etcd.writing import ABSENT

__all__ = ["Importing"]

_ACTION: Final = "import"
_SHOWN: Final = frozenset({"bytes", "lease", "sha256"})
_NAMED: Final = 2000
_CHANGED: Final = "It was changed, made or deleted since it was tried: nothing of it was written."


@dataclass(frozen=True, slots=True)
class Importing:
    """Who writes into which store."""

    http: HTTPConnection
    connection: EtcdConnection
    caller: Principal

    async def write(self, items: Sequence[ImportPut]) -> ImportResult:
        """Write those that are as they were seen; the others are told with the reason. Raises 403
        where a right is missing for one, 409 where the store takes nothing: then none was sent."""
        if why := store_refusal(self.connection.settings):
            raise ReadOnly(why)
        puts = _puts(items)
        for put in puts:
            verb = Verb.CREATE if put.expected == ABSENT else Verb.UPDATE
            require(self.caller, "key", verb, self._where(put.key))
        writer = BatchWriter(self.connection.client)
        held, _ = await writer.read([put.key for put in puts])
        refused = self._refused(puts, held)
        left = [put for put in puts if put.key not in refused]
        done = await self._sent(writer, left, held) if left else Written({}, frozenset())
        whys = {**refused, **dict.fromkeys(done.changed, _CHANGED)}
        return ImportResult(items=[_told(put, done, whys) for put in puts])

    def _refused(self, puts: Sequence[Put], held: dict[bytes, KeyValue]) -> dict[bytes, str]:
        """Why some are not sent at all."""
        refused = {}
        for put in puts:
            now = held.get(put.key)
            if (now.mod_revision if now else ABSENT) != put.expected:
                refused[put.key] = _CHANGED
            elif why := key_refusal(self.connection.settings, put.key, now.value if now else b""):
                refused[put.key] = why
        return refused

    async def _sent(
        self, writer: BatchWriter, puts: Sequence[Put], held: dict[bytes, KeyValue]
    ) -> Written:
        where = scope.etcd(self.caller.organisation, self.connection.name)
        name = self.connection.name
        target = Target("key", _ACTION, f"{name}: import", where)
        whole = Attempt(self.http, self.caller, _ACTION, target)
        words = f"{len(puts)} keys: {', '.join(key_text(put.key) for put in puts)}"[:_NAMED]
        async with attempted(whole, f"sent: {words}", f"no answer came: {words}"):
            try:
                done = await writer.put(puts)
            except (UpstreamUnreachable, UpstreamFailed) as error:
                await whole.end("unknown", f"{error.message}: {words}", upstream=error.upstream)
                raise
            except IntegrationError as error:
                await whole.end("failed", f"{error}: {words}"[:_NAMED])
                raise self._in_words(error) from error
            for put in puts:
                if put.key in done.made:
                    await self._record(put, held.get(put.key), done.made[put.key])
            if done.changed:
                told = f"{len(done.made)} of {len(puts)} keys: the others were changed meanwhile"
                await whole.end("success" if done.made else "failed", told)
            else:
                await whole.end("success", words)
        return done

    async def _record(self, put: Put, before: KeyValue | None, revision: int) -> None:
        """The key's own entry: its page shows it."""
        path, where = key_text(put.key), self._where(put.key)
        target = Target("key", path, f"{self.connection.name}:{path}", where)
        right = Verb.UPDATE if before else Verb.CREATE
        attempt = Attempt(self.http, self.caller, _ACTION, target, right=right)
        after = KeyValue(put.key, value=put.value, lease=before.lease if before else "0")
        change = Change.between(facts_of(before), facts_of(after), show=_SHOWN)
        await attempt.end("success", path, change=change, upstream=f"revision {revision}")

    def _in_words(self, error: IntegrationError) -> Exception:
        if isinstance(error, NoSpace):
            return full(self.connection.name, self.caller, error)
        if isinstance(error, UpstreamRefused) and "too large" in error.message:
            return Conflict(
                f"{error.upstream} takes no request of this size (--max-request-bytes): nothing of "
                "these keys was written."
            )
        return error

    def _where(self, key: bytes) -> scope.Scope:
        return scope.etcd_key(self.caller.organisation, self.connection.name, key_text(key))


def _puts(items: Sequence[ImportPut]) -> list[Put]:
    puts = [Put(read_key(one.key), _bytes(one.base64), int(one.version)) for one in items]
    if len({put.key for put in puts}) < len(puts):
        raise _wrong("key", "A key stands in it twice.")
    if sum(room_of(put.key, put.value) for put in puts) > MOST_BYTES:
        raise _wrong("base64", f"etcd takes {MOST_BYTES:,} bytes in one request: send fewer keys.")
    return puts


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _wrong("base64", "This is not base64.") from error


def _told(put: Put, done: Written, whys: dict[bytes, str]) -> ImportWritten:
    revision = done.made.get(put.key, 0)
    why = "" if revision else whys.get(put.key, _CHANGED)
    return ImportWritten(path=key_text(put.key), written=revision > 0, why=why, revision=revision)


def _wrong(field: str, message: str) -> Unprocessable:
    return Unprocessable(message, errors=[FieldError(field=f"items.{field}", message=message)])
