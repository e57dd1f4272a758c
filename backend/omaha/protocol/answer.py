"""Omaha v3 answers: typed values to XML.

Wire contract: reference updates 3.1, 3.3, 3.4. One answered application per requested one,
in order, the appid echoed as it came; code bases end with `/`; every action has a sha256 and
DisablePayloadBackoff.
"""

from __future__ import annotations

from base64 import b64decode
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import quoteattr

import msgspec

from backend.omaha.domain.model import Package
from backend.omaha.protocol.codec import AppRequest

OK: Final = "ok"
UNKNOWN_GROUP: Final = "error-failedToRetrieveUpdatePackageInfo"
REGISTRATION_FAILED: Final = "error-instanceRegistrationFailed"

_HEAD: Final = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<response protocol="3.0" server="craton">'
    b'<daystart elapsed_seconds="0"/>'
)
_TAIL: Final = b"</response>"


class UpdateStep(msgspec.Struct, frozen=True):
    """One manifest of an offer: a package, and for mirroring servers what it is (2.3)."""

    package: Package
    floor_reason: str | None = None
    is_target: bool = False


class Answer(msgspec.Struct, frozen=True):
    """What one application is told. `steps` non-empty is an offer; else there is no update.
    A `status` other than ok is only for unknown applications and tracks, and bad versions."""

    status: str = OK
    steps: tuple[UpdateStep, ...] = ()
    codebase: str = ""
    poll_seconds: int | None = None
    multi: bool = False


NO_UPDATE: Final = Answer()


def render(apps: list[AppRequest], answers: list[Answer]) -> bytes:
    """The response document for `apps`, answered pairwise by `answers`."""
    parts = [_app(app, answer) for app, answer in zip(apps, answers, strict=True)]
    return b"".join((_HEAD, *parts, _TAIL))


def _app(app: AppRequest, answer: Answer) -> bytes:
    if not answer.steps and answer.poll_seconds is None:
        return _plain(app.appid, answer.status, app.ping, app.check, len(app.events))
    head, tail = _frame(app.appid, answer.status, app.ping, len(app.events))
    return head + (_offer(answer) if app.check else b"") + tail


@lru_cache(maxsize=4096)
def _plain(appid: str, status: str, ping: bool, check: bool, events: int) -> bytes:
    known = status != UNKNOWN_GROUP
    head, tail = _frame(appid, status, ping and known, events * known)
    word = b"noupdate" if status == OK else b"error-internal"
    return head + (b'<updatecheck status="%s"/>' % word if check else b"") + tail


def _frame(appid: str, status: str, ping: bool, events: int) -> tuple[bytes, bytes]:
    head = f"<app appid={quoteattr(appid)} status={quoteattr(status)}>".encode()
    if ping:
        head += b'<ping status="ok"/>'
    return head, b'<event status="ok"/>' * events + b"</app>"


def _offer(answer: Answer) -> bytes:
    poll = "" if answer.poll_seconds is None else f' PollInterval="{answer.poll_seconds}"'
    if not answer.steps:
        return f'<updatecheck status="noupdate"{poll}/>'.encode()
    manifests = "".join(_manifest(step, answer.multi) for step in answer.steps)
    base = quoteattr(answer.codebase.rstrip("/") + "/")
    return (
        f'<updatecheck status="ok"{poll}><urls><url codebase={base}/></urls>'
        f"{manifests}</updatecheck>"
    ).encode()


def _manifest(step: UpdateStep, multi: bool) -> str:
    package = step.package
    marks = ""
    if multi and step.floor_reason is not None:
        marks += f' is_floor="true" floor_reason={quoteattr(step.floor_reason)}'
    if multi and step.is_target:
        marks += ' is_target="true"'
    # Without a SHA-1, clients that check a hash take this one (ue-rs); an empty one makes
    # Flatcar's post-install discard the whole answer.
    sha256 = "" if package.sha1 else _hex(package.sha256)
    files = [_file(package.filename, package.sha1, sha256, package.size, required=True)]
    files += [_file(e.name, e.sha1, e.sha256, e.size, required=False) for e in package.extras]
    return (
        f"<manifest version={quoteattr(package.release.text)}{marks}>"
        f"<packages>{''.join(files)}</packages>"
        f'<actions><action event="postinstall" sha256={quoteattr(package.sha256)}'
        ' DisablePayloadBackoff="true"/></actions></manifest>'
    )


def _file(name: str, sha1: str, sha256_hex: str, size: int, *, required: bool) -> str:
    hashes = f" hash={quoteattr(sha1)}" if sha1 else ""
    hashes += f" hash_sha256={quoteattr(sha256_hex)}" if sha256_hex else ""
    word = "true" if required else "false"
    return f'<package name={quoteattr(name)}{hashes} size="{size}" required="{word}"/>'


def _hex(digest: str) -> str:
    """A base64 digest in hexadecimal; empty for what is none."""
    try:
        return b64decode(digest, validate=True).hex()
    except ValueError:
        return ""
