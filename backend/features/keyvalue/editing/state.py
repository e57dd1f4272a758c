"""A key as it is changed: what it holds, whether it may be changed, and by whom if not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from auth.principal import Principal
from auth.scope import Scope
from auth.verb import Verb
from backend.features.keyvalue.editing.schemas import KeyState
from backend.features.keyvalue.editing.values import Typed, typed_of
from backend.features.keyvalue.project import lease_text
from backend.features.keyvalue.rules import key_refusal
from backend.features.keyvalue.service import time_to_live
from backend.http.offering import Offer
from integrations.contract import NotFound
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.keytext import key_text
from integrations.etcd.models import KeyValue
from integrations.etcd.writing import ABSENT

__all__ = ["Asking", "KeyOf", "offers_of", "shown", "state_of", "version_of"]

_VERBS = {"edit": Verb.UPDATE, "delete": Verb.DELETE}


@dataclass(frozen=True, slots=True)
class KeyOf:
    """A key of a connection and where it lies."""

    connection: EtcdConnection
    key: bytes
    where: Scope

    @property
    def path(self) -> str:
        """The key as text."""
        return key_text(self.key)


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a change of which key; `if_match` is the version they saw, as an ETag."""

    of: KeyOf
    caller: Principal
    if_match: str | None = None

    def may(self, verb: Verb) -> bool:
        """Whether the caller holds that right on the key."""
        return self.caller.policy.decide("key", verb, self.of.where).allowed


def shown(of: KeyOf) -> KeyOf:
    """The key, unless its connection shows none like it; then 404, as where there is none."""
    if not of.key.startswith(of.connection.settings.prefix.encode()):
        raise NotFound(of.connection.client.upstream, "the key does not exist")
    return of


def version_of(held: KeyValue | None) -> str:
    """What `If-Match` names: the revision of its last change."""
    return str(held.mod_revision if held else ABSENT)


async def state_of(asking: Asking, held: KeyValue | None) -> KeyState:
    """The key as `held`; its value only for who may read it."""
    of, value = asking.of, held.value if held else b""
    if asking.may(Verb.GET):
        typed = typed_of(of.key, value)
    else:
        typed = Typed("text", None, None, "your roles here do not show you values")
    lease = held.lease if held else "0"
    return KeyState(
        etcd=of.connection.name,
        path=of.path,
        present=held is not None,
        version=version_of(held),
        size=len(value),
        encoding=typed.encoding,
        text=typed.text,
        base64=typed.base64,
        hidden=typed.hidden,
        lease=lease_text(lease),
        ttl=await time_to_live(of.connection, lease),
        offers=list(offers_of(asking, value)) if held else [],
    )


def offers_of(asking: Asking, value: bytes) -> Iterable[Offer]:
    """What can be done to it, and why not."""
    refused = key_refusal(asking.of.connection.settings, asking.of.key, value)
    for action, verb in _VERBS.items():
        lacking = "" if asking.may(verb) else f"Your roles here lack the right key:{verb.value}."
        why = lacking or refused
        yield Offer(id=action, allowed=not why, why=why)
