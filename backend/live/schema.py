"""The schemas of what the engine says, made of the structs it encodes.

``python -m backend.live.schema`` writes `schema.json`, the live protocol, which a test holds equal
to this; `components` are the part of the OpenAPI document that the browser's types are made of."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any, Final, get_args

import msgspec

from backend.live.answers import ANSWERS
from backend.live.frames import ClientFrame, ServerFrame
from backend.live.row import Row

__all__ = ["components", "live_schema", "render_schema"]

_AT: Final = "#/components/schemas/"


def live_schema() -> dict[str, Any]:
    """One schema that each frame fits, of the browser as of the server."""
    frames = (*get_args(ClientFrame), *get_args(ServerFrame))
    references, components = msgspec.json.schema_components(frames, ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:craton:live:1",
        "title": "Frames of the live protocol",
        "oneOf": list(references),
        "$defs": components,
    }


def components(rows: Mapping[str, type[Row]]) -> dict[str, Any]:
    """The components of the OpenAPI document: every answer, the row of each collection by the
    collection's name (`CollectionRows`), and the frames of the socket."""
    structs = (*ANSWERS, *rows.values())
    _, found = msgspec.json.schema_components(structs, ref_template=f"{_AT}{{name}}")
    named = {name: {"$ref": f"{_AT}{row.__name__}"} for name, row in sorted(rows.items())}
    by_name = {"type": "object", "properties": named, "required": list(named)}
    by_name["description"] = "The row of each collection, by the collection's name."
    schemas = {**_sent(found), "CollectionRows": by_name, **_frames()}
    schemas["Row"]["additionalProperties"] = True  # whatever the collection's columns are
    return schemas


def _frames() -> dict[str, Any]:
    """Frames called after themselves (`SnapshotFrame`), and what either side may send."""
    found: dict[str, Any] = {}
    for name, union in (("ClientFrame", ClientFrame), ("ServerFrame", ServerFrame)):
        structs = get_args(union)
        _, parts = msgspec.json.schema_components(structs, ref_template=f"{_AT}{{name}}")
        own = {struct.__name__: f"{struct.__name__}Frame" for struct in structs}
        given = {own.get(part, part): schema for part, schema in parts.items()}
        found |= _sent(given) if union is ServerFrame else given
        found[name] = {"oneOf": [{"$ref": f"{_AT}{frame}"} for frame in own.values()]}
    found["RefusedFrame"]["properties"]["problem"] = {"$ref": f"{_AT}ProblemBody"}
    return found


def _sent(schemas: dict[str, Any]) -> dict[str, Any]:
    """The same for what we send: a member with a default is written like any other, so whoever
    reads it may rely on it."""
    for schema in schemas.values():
        members = schema.get("properties", {})
        always = [name for name, member in members.items() if "default" in member]
        if always:
            schema["required"] = [*schema.get("required", ()), *always]
        for name in always:
            del members[name]["default"]
    return schemas


def render_schema() -> str:
    """The text of `schema.json`."""
    return json.dumps(live_schema(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render_schema())
