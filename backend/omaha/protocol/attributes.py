"""Mends what a client wrote into its attributes without escaping it.

update_engine copies an alias or an OEM's name from the machine's files into its request as it
stands: a quote, an ampersand or a byte of another encoding in it makes the whole body no XML
(updates 3.1: "unescaped attributes occur"), and the machine would never be updated again. Where
the attributes' own names show where each value ends, the values are escaped; all else is left,
and refused as before.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["mend"]

_NAMES: Final = (
    "appid|version|track|bootid|oem|oemversion|alephversion|machineid|machinealias|lang|board"
    "|hardware_class|delta_okay|multi_manifest_ok|nextversion|fromtrack|from_track|installage"
    "|platform|sp|arch|protocol|updaterversion|updaterchannel|installsource|ismachine"
    "|userid|sessionid|requestid|testsource"
)
_NEXT: Final = r"\"(?:\s+[A-Za-z_][A-Za-z0-9_.-]{0,40}=\"|\s*/?>\s*(?:<|\Z))"
"""What follows a value: its closing quote, and another attribute or the tag's end."""
_VALUE: Final = re.compile(rf"(\s(?:{_NAMES})=\")(.{{0,1024}}?)(?={_NEXT})", re.DOTALL)
_AMPERSAND: Final = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9a-fA-F]{1,6});)")
_NO_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION: Final = re.compile(rb"\A\s*<\?xml[^<>]{0,200}\?>")
_MAX_TRIED: Final = 8 * 1024
"""Bytes of a body that is looked at: update_engine's have one or two KiB."""


def mend(body: bytes) -> bytes | None:
    """`body` with its attributes' values escaped and in UTF-8, or None when that changes
    nothing or it is too long to be tried."""
    if len(body) > _MAX_TRIED or b"<!" in body:
        return None
    body = _DECLARATION.sub(b"", body)
    text = _NO_XML.sub("\N{REPLACEMENT CHARACTER}", body.decode("utf-8", "replace"))
    mended = _VALUE.sub(lambda found: found[1] + _escaped(found[2]), text).encode()
    return None if mended == body else mended


def _escaped(value: str) -> str:
    value = _AMPERSAND.sub("&amp;", value)
    return value.replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
