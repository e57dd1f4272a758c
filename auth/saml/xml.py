"""Reading XML that a stranger wrote: no document type, no entity, no comment, nothing fetched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from auth.oidc.problems import Rejected

__all__ = [
    "ASSERTION",
    "ENCRYPTION",
    "METADATA",
    "PROTOCOL",
    "SIGNATURE",
    "Element",
    "alone",
    "child",
    "children",
    "inside",
    "parsed",
    "text_of",
]

Element = Any
"""An element of lxml, which has no types."""

ASSERTION: Final = "{urn:oasis:names:tc:SAML:2.0:assertion}"
PROTOCOL: Final = "{urn:oasis:names:tc:SAML:2.0:protocol}"
METADATA: Final = "{urn:oasis:names:tc:SAML:2.0:metadata}"
SIGNATURE: Final = "{http://www.w3.org/2000/09/xmldsig#}"
ENCRYPTION: Final = "{http://www.w3.org/2001/04/xmlenc#}"
_MOST_ELEMENTS: Final = 20_000
_MOST_NAMESPACES: Final = 64
"""In scope at one place. A canonical form is written by looking at each for each element."""
_SPACE: Final = " \t\r\n"


def parsed(content: bytes, most: int, what: str) -> Element:
    """The root of a document. Comments are left out, so that text around one is one text; what
    could mean something else to another reader is refused. Raises `Rejected`."""
    if len(content) > most:
        raise Rejected(f"{what} is longer than {most // 1024} KiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Rejected(f"{what} is not written in UTF-8") from None
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Rejected(f"{what} holds a document type, which may define entities")
    reader = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        recover=False,
    )
    try:
        root = etree.fromstring(text.encode(), reader)
    except (etree.XMLSyntaxError, ValueError):
        raise Rejected(f"{what} is no well-formed XML") from None
    _check(root, what)
    return root


def _check(root: Element, what: str) -> None:
    ids: Counter[str] = Counter()
    for count, node in enumerate(root.iter()):
        if count > _MOST_ELEMENTS:
            raise Rejected(f"{what} has too many elements")
        if not isinstance(node.tag, str):
            raise Rejected(f"{what} holds a processing instruction or an entity")
        if len(node.nsmap) > _MOST_NAMESPACES:
            raise Rejected(f"{what} has too many namespaces")
        ids.update(
            value for name, value in node.attrib.items() if name.rpartition("}")[2].lower() == "id"
        )
    if any(number > 1 for number in ids.values()):
        raise Rejected(f"two elements of {what} have the same id")


def alone(element: Element) -> bytes:
    """The element as a document of its own, with the namespaces it stands in."""
    content: bytes = etree.tostring(element, with_tail=False)
    return content


def children(element: Element, tag: str) -> list[Element]:
    """Its children of that name."""
    return [one for one in element if one.tag == tag]


def child(element: Element, tag: str) -> Element | None:
    """Its only child of that name; None where it has none. Raises `Rejected` for several."""
    found = children(element, tag)
    if len(found) > 1:
        raise Rejected(f"there is more than one {tag.rpartition('}')[2]}")
    return found[0] if found else None


def inside(element: Element, *tags: str) -> Iterator[Element]:
    """Whatever has one of those names, at any depth."""
    found: Iterator[Element] = element.iter(*tags)
    return found


def text_of(element: Element | None) -> str:
    """All of its text, without white space (of XML) around it; empty where there is none, or where
    it holds elements."""
    if element is None or len(element):
        return ""
    return str(element.text or "").strip(_SPACE)
