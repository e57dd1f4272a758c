"""Leases as a person sees them: of their keys those alone that are theirs to see."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from auth import scope
from auth.principal import Principal
from auth.verb import Verb
from backend.features.keyvalue.leases.schemas import LeasePage, LeaseView
from backend.features.keyvalue.project import lease_text
from backend.features.keyvalue.rules import key_refusal, store_refusal
from backend.http.offering import Offer
from integrations.contract import NotFound
from integrations.etcd.connection import EtcdConnection
from integrations.etcd.keytext import key_text
from integrations.etcd.leases import Leases, LeaseState

__all__ = ["Asking", "attach_refusal", "find", "lease_page", "lease_view", "refused"]

MOST: Final = 200
"""Leases that are told: each costs its leader a question."""
_NAMED: Final = 100
"""Keys of a lease that are named."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, of which store."""

    connection: EtcdConnection
    caller: Principal

    @property
    def leases(self) -> Leases:
        """The store's leases."""
        return Leases(self.connection.client)

    def may(self, verb: Verb, key: bytes) -> bool:
        """Whether the caller holds that right on a key."""
        where = scope.etcd_key(self.caller.organisation, self.connection.name, key_text(key))
        return self.caller.policy.decide("key", verb, where).allowed

    def everywhere(self, verb: Verb) -> bool:
        """Whether the caller holds that right on every key of the store."""
        base = scope.etcd(self.caller.organisation, self.connection.name)
        return self.caller.policy.decide("key", verb, base).allowed

    def creates(self) -> bool:
        """Whether the caller may create keys somewhere in the store."""
        return self.somewhere(Verb.CREATE)

    def somewhere(self, verb: Verb) -> bool:
        """Whether the caller holds that right on some key of the store."""
        base = scope.etcd(self.caller.organisation, self.connection.name)
        held = self.caller.policy.scopes("key", verb)
        return any(scope.covers(one, base) or scope.covers(base, one) for one in held)


async def lease_page(asking: Asking) -> LeasePage:
    """The store's leases; of those whose keys the caller may not see, none is told."""
    found, total = await asking.leases.list(MOST)
    views = [lease_view(asking, lease) for lease in found]
    seen = [view for view in views if view.keys or not view.others]
    whole = len(seen) == len(views)
    why = "" if asking.creates() else "Your roles here lack the right key:create."
    why = why or store_refusal(asking.connection.settings)
    return LeasePage(
        items=sorted(seen, key=lambda view: view.left),
        total=total if whole else len(seen),
        offers=[Offer(id="grant", allowed=not why, why=why)],
    )


async def find(asking: Asking, lease: str) -> LeaseState:
    """One of them; 404 where it is over, or all its keys are others'."""
    found = await asking.leases.find(str(int(lease, 16)))
    if found is None:
        raise NotFound(asking.connection.client.upstream, "the lease does not exist (any more)")
    view = lease_view(asking, found)
    if view.others and not view.keys:
        raise NotFound(asking.connection.client.upstream, "the lease does not exist (any more)")
    return found


def lease_view(asking: Asking, lease: LeaseState) -> LeaseView:
    """It as the caller sees it."""
    below = asking.connection.settings.prefix.encode()
    seen = [key for key in lease.keys if key.startswith(below) and asking.may(Verb.LIST, key)]
    offers = []
    for action, verb in (("keep-alive", Verb.UPDATE), ("revoke", Verb.DELETE)):
        why = refused(asking, lease.keys, verb)
        offers.append(Offer(id=action, allowed=not why, why=why))
    why = attach_refusal(asking, lease.keys)
    offers.append(Offer(id="attach", allowed=not why, why=why))
    return LeaseView(
        id=lease_text(lease.id),
        granted=lease.granted,
        left=lease.left,
        keys=sorted(key_text(key) for key in seen)[:_NAMED],
        others=len(lease.keys) - min(len(seen), _NAMED),
        version=_version(lease.keys),
        offers=offers,
    )


def refused(asking: Asking, keys: Sequence[bytes], verb: Verb) -> str:
    """Why a lease with these keys may not be touched; empty where it may. It needs the right on
    each of them: what is done to it is done to all."""
    settings = asking.connection.settings
    if why := store_refusal(settings):
        return why
    lacking = sum(not asking.may(verb, key) for key in keys)
    # One without keys is about to get some, of whoever just granted it.
    if lacking or (not keys and not asking.everywhere(verb)):
        which = f"{lacking} of its keys" if lacking else "all keys of this store"
        return f"Your roles here lack the right key:{verb.value} on {which}."
    return next(filter(None, (key_refusal(settings, key) for key in keys)), "")


def attach_refusal(asking: Asking, keys: Sequence[bytes]) -> str:
    """Why the caller may attach no key to a lease that has these; empty where they may. Theirs is
    one whose keys are all theirs to change, or that has none yet."""
    if keys:
        return refused(asking, keys, Verb.UPDATE)
    if asking.somewhere(Verb.CREATE) or asking.somewhere(Verb.UPDATE):
        return store_refusal(asking.connection.settings)
    return "Your roles here lack the right key:update."


def _version(keys: Sequence[bytes]) -> str:
    whole = hashlib.sha256(b"".join(len(k).to_bytes(4, "big") + k for k in sorted(keys)))
    return whole.hexdigest()[:32]
