"""Changing an object by its text."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from auth.verb import Verb
from backend.errors import Unprocessable
from backend.features.cluster.operate.action import Doing, Made, ObjectAction, Overtaken, Upstream
from backend.features.cluster.operate.changes import differences
from backend.features.cluster.operate.found import Found
from backend.features.cluster.operate.schemas import FieldChange, Undo
from backend.features.cluster.text.editable import editable, put_back
from backend.features.cluster.text.manifests import (
    Manifest,
    manifests,
    refused_text,
    wrong_fields,
)
from backend.features.cluster.text.merging import merge
from integrations.contract import Invalid
from integrations.kubernetes.reader import ObjectReader
from integrations.kubernetes.yamlread import MAX_TEXT
from integrations.kubernetes.yamltext import to_yaml

__all__ = ["ACTIONS", "NOT_AS_TEXT", "TEXT_BYTES", "Edit", "Text", "one_manifest", "whole_of"]

NOT_AS_TEXT: Final = frozenset({"secrets"})
"""Their values do not enter this process for any caller."""
TEXT_BYTES: Final = 12 * 1024 * 1024
"""Bytes of a request: two texts, and what JSON makes of them."""

Text = Annotated[str, Field(max_length=MAX_TEXT)]


class Edit(BaseModel):
    """`base` is the text that was read, `yaml` what it shall be: what others changed in between
    elsewhere stays."""

    model_config = ConfigDict(extra="forbid")

    base: Text
    yaml: Text


async def whole_of(reader: ObjectReader, found: Found) -> Found:
    """The object with its values, where `found` has only the metadata."""
    if not found.kind.metadata_only:
        return found
    raw = await reader.document(found.kind, found.namespace, found.name)
    return Found(found.kind, found.namespace, found.name, raw)


def one_manifest(text: str, found: Found, field_name: str) -> Manifest:
    """The one object of a text, which must be the very one that is edited."""
    several = manifests(text, field_name=field_name, most=2)
    if len(several) != 1:
        sentence = "This holds no object." if not several else "This holds more than one object."
        line = several[1].line if several else 1
        raise refused_text(field_name, sentence, line)
    one = several[0]
    same = {
        "apiVersion": (one.api_version, found.raw.get("apiVersion")),
        "kind": (one.kind, found.raw.get("kind")),
        "metadata.name": (one.metadata.get("name"), found.name),
        "metadata.namespace": (one.namespace, found.namespace),
    }
    for path, (written, held) in same.items():
        if written != held:
            sentence = (
                f"{path} is “{held}” and cannot be changed: that would be another object. "
                "Create it as a new one instead."
            )
            raise refused_text(field_name, sentence, one.line_of(path))
    return one


@dataclass(frozen=True, slots=True)
class _Whole:
    """What is sent, and what it is compared with."""

    now: Found
    mine: Manifest
    whole: dict[str, Any]
    changes: list[FieldChange]


async def _merged(doing: Doing, found: Found, body: Edit) -> _Whole:
    now = await whole_of(doing.reader, found)
    if now.version != found.version:
        raise Overtaken
    # A text of megabytes takes seconds: others are served meanwhile.
    return await asyncio.to_thread(_put_together, now, body)


def _put_together(now: Found, body: Edit) -> _Whole:
    base = one_manifest(body.base, now, "base")
    mine = one_manifest(body.yaml, now, "yaml")
    merged = merge(base.value, editable(now.raw), mine.value)
    if merged.clashes:
        raise Overtaken
    whole = put_back(now.raw, merged.value)
    return _Whole(now, mine, whole, differences(now.raw, whole))


async def _check(doing: Doing, found: Found, body: Edit) -> None:
    await _merged(doing, found, body)


async def _edit(doing: Doing, found: Found, body: Edit) -> Made:
    made = await _merged(doing, found, body)
    now = made.now
    try:
        written = await doing.writer.replace(
            now.kind, now.namespace, now.name, made.whole, as_=doing.as_, dry_run=doing.dry_run
        )
    except Invalid as error:
        raise _wrong(error, made.mine) from error
    if now.kind.metadata_only:
        # The answer has no values: what was sent is what there is, and there is no way back here.
        return Made(written, changes=made.changes)
    changes = await asyncio.to_thread(differences, now.raw, written.object)
    undo = None if doing.dry_run else await asyncio.to_thread(_back, now, written.object)
    return Made(written, changes=changes, undo=undo)


def _back(before: Found, after: dict[str, Any]) -> Undo:
    """From what the cluster made of it, its defaults among it, to what it was."""
    texts = {"base": to_yaml(editable(after)), "yaml": to_yaml(editable(before.raw))}
    return Undo(action="edit", body=texts)


def _wrong(error: Invalid, mine: Manifest) -> Unprocessable:
    """What the cluster does not take, each field at its line."""
    errors = wrong_fields(error, mine)
    words = errors[0]["message"] if errors else error.message
    sentence = f"{error.upstream} does not take this: {words}"
    return Unprocessable(sentence, errors=errors, upstream=error.upstream)


ACTIONS: Final[tuple[ObjectAction[Any], ...]] = (
    ObjectAction(
        "edit",
        "Change an object by its text",
        Verb.UPDATE,
        Edit,
        Upstream("update"),
        _edit,
        check=_check,
        unless=NOT_AS_TEXT,
        body_bytes=TEXT_BYTES,
    ),
)
