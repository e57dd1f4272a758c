"""Granting, prolonging and revoking leases: allowed on each of their keys, recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from auth import scope
from auth.principal import Principal
from auth.verb import Verb
from backend.audit import Change, Target
from backend.errors import Forbidden, PreconditionFailed, PreconditionRequired, Problem
from backend.features.keyvalue.full import full
from backend.features.keyvalue.leases.schemas import LeaseChanged
from backend.features.keyvalue.leases.state import Asking, find, lease_view, refused
from backend.features.keyvalue.project import lease_text
from backend.features.keyvalue.rules import ReadOnly, check_key, store_refusal
from backend.http.attempt import Attempt, attempted
from backend.http.denial import Denial
from integrations.contract import IntegrationError, UpstreamFailed, UpstreamUnreachable
from integrations.etcd.errors import NoSpace
from integrations.etcd.leases import LeaseState
from integrations.etcd.writing import EtcdWriter

_LOOKED_AT: Final = 50

__all__ = ["grant", "keep_alive", "lease_target", "revoke"]


async def grant(asking: Asking, ttl: int, attempt: Attempt) -> LeaseChanged:
    """A new one; whoever attaches no key to it just lets it run out."""
    _open(asking)
    if not asking.creates():
        raise _lacking(asking.caller, asking, "Your roles here lack the right key:create.")
    async with _recorded(asking, attempt, f"{ttl} s"):
        lease, left = await asking.leases.grant(ttl)
        change = Change.of({"ttl": left}, show={"ttl"})
        await attempt.end("success", f"{lease_text(lease)}, {left} s", change=change)
    return LeaseChanged(id=lease_text(lease), left=left)


async def keep_alive(asking: Asking, lease: str, attempt: Attempt) -> LeaseChanged:
    """Let it run its whole time anew, once."""
    _open(asking)
    found = await find(asking, lease)
    await _check(asking, found, Verb.UPDATE)
    async with _recorded(asking, attempt, lease):
        left = await asking.leases.keep_alive(found.id)
        await attempt.end("success", f"{lease}: {left} s")
    return LeaseChanged(id=lease, left=left)


async def revoke(
    asking: Asking, lease: str, if_match: str | None, attempt: Attempt
) -> LeaseChanged:
    """End it with its keys, if these are those that were seen. etcd compares nothing here: a key
    attached in that very moment goes too."""
    _open(asking)
    found = await find(asking, lease)
    await _check(asking, found, Verb.DELETE)
    _same(asking, found, if_match)
    words = f"{lease} with {len(found.keys)} keys"
    async with _recorded(asking, attempt, words):
        await asking.leases.revoke(found.id)
        change = Change.of({"deleted": len(found.keys)}, show={"deleted"})
        await attempt.end("success", words, change=change)
    return LeaseChanged(id=lease, left=0, gone=len(found.keys))


@asynccontextmanager
async def _recorded(asking: Asking, attempt: Attempt, words: str) -> AsyncIterator[None]:
    async with attempted(attempt, f"sent: {words}", f"no answer came: {words}"):
        try:
            yield
        except (UpstreamUnreachable, UpstreamFailed) as error:
            await attempt.end("unknown", f"{words}: {error.message}", upstream=error.upstream)
            raise
        except NoSpace as error:
            await attempt.end("failed", f"{words}: {error}"[:2000])
            raise full(asking.connection.name, asking.caller, error) from error
        except (IntegrationError, Problem) as error:
            await attempt.end("failed", f"{words}: {error}"[:2000])
            raise


def _open(asking: Asking) -> None:
    if why := store_refusal(asking.connection.settings):
        raise ReadOnly(why)


async def _check(asking: Asking, lease: LeaseState, verb: Verb) -> None:
    why = refused(asking, lease.keys, verb)
    if not why:
        await _check_values(asking, lease)
        return
    if why.startswith("Your roles"):
        raise _lacking(asking.caller, asking, why, verb)
    raise ReadOnly(why)


async def _check_values(asking: Asking, lease: LeaseState) -> None:
    """Kubernetes' keys under another prefix are known by what they hold; those of one lease are all
    of one owner."""
    writer = EtcdWriter(asking.connection.client)
    for key in lease.keys[:_LOOKED_AT]:
        held, _ = await writer.read(key)
        check_key(asking.connection.settings, key, held.value if held else b"")


def _lacking(caller: Principal, asking: Asking, why: str, verb: Verb = Verb.CREATE) -> Forbidden:
    problem = Forbidden(why, needs={"kind": "key", "verb": verb.value})
    problem.denial = Denial(caller, verb, lease_target(asking, ""))
    return problem


def _same(asking: Asking, lease: LeaseState, if_match: str | None) -> None:
    view = lease_view(asking, lease)
    tag = f'"{view.version}"'
    if if_match is None:
        raise PreconditionRequired(
            "Send If-Match with the version you read, so that no other keys go than those you saw.",
            headers={"ETag": tag},
        )
    if tag not in {one.strip().removeprefix("W/") for one in if_match.split(",")}:
        raise PreconditionFailed(
            f"Other keys hang on lease {view.id} than when you looked: nothing was changed.",
            headers={"ETag": tag},
            current=view.model_dump(mode="json"),
        )


def lease_target(asking: Asking, lease: str) -> Target:
    """The lease in the record."""
    where = scope.etcd(asking.caller.organisation, asking.connection.name)
    return Target("key", f"lease {lease}", f"{asking.connection.name}: lease {lease}", where)
