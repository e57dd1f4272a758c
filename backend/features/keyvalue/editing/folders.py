"""Deleting a folder of keys: counted and shown before, whole or not at all, and as it was shown."""

from __future__ import annotations

from typing import Final

from auth.verb import Verb
from backend.audit import Change
from backend.errors import Conflict, PreconditionFailed, PreconditionRequired, Unprocessable
from backend.features.keyvalue.editing.schemas import FolderDeleted, FolderPreview
from backend.features.keyvalue.editing.state import Asking, KeyOf, shown
from backend.features.keyvalue.rules import check_range, range_refusal
from backend.http.attempt import Attempt, attempted
from integrations.contract import IntegrationError, UpstreamFailed, UpstreamUnreachable
from integrations.etcd.index import SEPARATOR
from integrations.etcd.keytext import key_text
from integrations.etcd.ranges import Counted, RangeWriter

__all__ = ["MOST_KEYS", "check_folder", "delete_folder", "preview_folder"]

_DIGITS: Final = 20
MOST_KEYS: Final = 10_000
"""More at once would hold up the store's other clients."""


async def preview_folder(asking: Asking) -> FolderPreview:
    """What would go, and why nothing may, if so."""
    found = await _counted(asking)
    of = asking.of
    why = range_refusal(of.connection.settings, of.key, [one.value for one in found.sample])
    if not why and found.count > MOST_KEYS:
        why = f"It holds {found.count:,} keys: at most {MOST_KEYS:,} are deleted at once."
    return FolderPreview(
        etcd=of.connection.name,
        prefix=of.path,
        count=found.count,
        sample=[key_text(one.key) for one in found.sample] if asking.may(Verb.LIST) else [],
        version=str(found.revision),
        allowed=not why and found.count > 0,
        why=why,
    )


async def delete_folder(asking: Asking, attempt: Attempt) -> FolderDeleted:
    """Delete it, if no key of it was written since the revision that `If-Match` names."""
    of = asking.of
    since = _revision(asking.if_match)
    check_range(of.connection.settings, of.key, [])
    found = await _counted(asking)
    if since > found.revision:
        raise await _stale(asking)
    if found.count > MOST_KEYS:
        raise Conflict(f"It holds {found.count:,} keys: at most {MOST_KEYS:,} are deleted at once.")
    await _check_all(of, found.revision)
    words = f"{found.count} keys below {of.path}"
    async with attempted(attempt, f"sent: {words}", f"no answer came: {words}"):
        try:
            done = await RangeWriter(of.connection.client).delete(of.key, since=since)
        except (UpstreamUnreachable, UpstreamFailed) as error:
            await attempt.end("unknown", f"{words}: {error.message}", upstream=error.upstream)
            raise
        except IntegrationError as error:
            await attempt.end("failed", f"{words}: {error}"[:2000])
            raise
        if not done.made:
            await attempt.end("failed", f"{words}: some were written meanwhile")
            raise await _stale(asking)
        count = found.count if done.asked else done.count
        change = Change.of({"deleted": count}, show={"deleted"})
        told = f"{count} keys below {of.path}"
        await attempt.end("success", told, change=change, upstream=f"revision {done.revision}")
    return FolderDeleted(
        etcd=of.connection.name, prefix=of.path, deleted=count, revision=done.revision
    )


async def _counted(asking: Asking) -> Counted:
    of = check_folder(shown(asking.of))
    return await RangeWriter(of.connection.client).count(of.key)


async def _check_all(of: KeyOf, revision: int) -> None:
    """Every value is looked at: an API server with another prefix is known by what it wrote."""
    reader, after = RangeWriter(of.connection.client), b""
    while True:
        page = await reader.page(of.key, after=after, revision=revision)
        check_range(of.connection.settings, of.key, [held.value for held in page.kvs])
        if not page.more or not page.kvs:
            return
        after = page.kvs[-1].key


def check_folder(of: KeyOf) -> KeyOf:
    """Itself, or 422: a prefix without its last slash reaches into folders beside it, on which
    the caller may hold nothing."""
    if not of.path.endswith(SEPARATOR):
        raise Unprocessable(
            "Only a folder is taken as a whole: its name ends with a slash.",
            errors=[{"field": "prefix", "message": "give a folder, with its last slash"}],
        )
    return of


async def _stale(asking: Asking) -> PreconditionFailed:
    current = await preview_folder(asking)
    return PreconditionFailed(
        f"Keys below {asking.of.path} were written since you looked: nothing was deleted. Look at "
        "what is there now.",
        headers={"ETag": f'"{current.version}"'},
        current=current.model_dump(mode="json"),
    )


def _revision(if_match: str | None) -> int:
    text = (if_match or "").strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) < _DIGITS):
        raise PreconditionRequired(
            "Send If-Match with the version of the preview, so that only what you saw is deleted."
        )
    return int(text)
