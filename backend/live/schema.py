"""The JSON Schema of the live protocol, made of its frames: ``python -m backend.live.schema``
writes `schema.json`, which a test holds equal to this."""

from __future__ import annotations

import json
import sys
from typing import Any, get_args

import msgspec

from backend.live.frames import ClientFrame, ServerFrame

__all__ = ["live_schema", "render_schema"]


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


def render_schema() -> str:
    """The text of `schema.json`."""
    return json.dumps(live_schema(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render_schema())
