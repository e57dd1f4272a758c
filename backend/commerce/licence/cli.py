"""`craton licence`: what a vendor does to sell with it; needs no console, database or network.

Private keys are files only their owner reads. The key set (`--keys`) is the public file that
consoles get.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from backend.commerce.licence import issuing
from backend.commerce.licence.document import SCHEMA, Entitlement
from backend.commerce.licence.evaluation import evaluate
from backend.commerce.licence.keys import KeySet, read_key_set
from backend.commerce.licence.meters import METERS
from backend.commerce.licence.parsing import parse
from backend.commerce.licence.problems import Refused
from backend.commerce.licence.revocation import read_revocations
from backend.commerce.licence.timeline import timeline
from backend.commerce.licence.verify import verify
from backend.db.files import make_private

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Licences: make keys, issue, inspect, revoke, rotate.")
REFUSED: Final = 1

Keys = Annotated[Path, typer.Option("--keys", help="The key set (JWKS) that consoles get")]
Private = Annotated[
    Path, typer.Option("--key", exists=True, dir_okay=False, help="File of the private key")
]
Root = Annotated[
    Path, typer.Option("--root", exists=True, dir_okay=False, help="File of the private root key")
]


def _told(work: Callable[[], str]) -> None:
    """Print what `work` gives; a refusal ends with its sentence."""
    try:
        typer.echo(work())
    except (Refused, OSError) as error:
        typer.echo(f"craton licence: {error}", err=True)
        sys.exit(REFUSED)


@app.command()
def keygen(
    folder: Annotated[Path, typer.Argument(help="Folder the keys are written to; made if missing")],
    demo: Annotated[bool, typer.Option(help="Mark them: their licences are called demo")] = False,
) -> None:
    """Make a root key, a current and a next issuing key, and the key set for consoles.

    Take `root.key` off this machine: it is needed only to revoke.
    """

    def work() -> str:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = []
        for role in ("root", "current", "next"):
            private = issuing.new_key()
            _write_private(folder / f"{role}.key", private)
            found.append(issuing.public_key(private, role, demo=demo))
        keys = folder / "keys.json"
        keys.write_text(
            issuing.key_set_text(KeySet({key.kid: key for key in found})), encoding="utf-8"
        )
        return (
            f"Made the root, the current and the next key in {folder}, and their key set {keys}.\n"
            "Keep root.key offline; consoles get keys.json and nothing else."
        )

    _told(work)


@app.command()
def issue(
    *,
    key: Private,
    account: Annotated[str, typer.Option(help="The account it is issued to (sub)")],
    expires_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Its last day")],
    sequence: Annotated[int, typer.Option(help="Higher than any earlier one of the account")],
    entitlement: Annotated[
        list[str] | None,
        typer.Option(help="NAME=NUMBER or NAME=unlimited, then optional :sum|max:hard|soft|meter"),
    ] = None,
    feature: Annotated[list[str] | None, typer.Option(help="A paid feature it includes")] = None,
    supersedes: Annotated[list[str] | None, typer.Option(help="Id of one it replaces")] = None,
    not_before: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Its first day; today")
    ] = None,
    edition: Annotated[str, typer.Option(help="What it is called")] = "standard",
    issuer: Annotated[str, typer.Option(help="Who issues it (iss)")] = "https://licences.example",
    grace_days: Annotated[int, typer.Option(help="Days everything works after its end")] = 30,
    add_on: Annotated[
        bool, typer.Option(help="It only adds to another: what it does not name it gives 0 of")
    ] = False,
    trial: Annotated[bool, typer.Option(help="No grace; community terms after it")] = False,
    claims: Annotated[
        Path | None, typer.Option(exists=True, help="JSON with further claims, e.g. a binding")
    ] = None,
    licence_id: Annotated[str, typer.Option("--id", help="Its id (jti); a new one")] = "",
) -> None:
    """Sign a licence and print it. What it does not name it does not limit."""

    def work() -> str:
        named = dict(_entitlement(one) for one in entitlement or [])
        if add_on:
            named = {name: Entitlement(0, METERS[name].unit) for name in METERS} | named
        values: dict[str, Any] = {
            "iss": issuer, "sub": account, "jti": licence_id or f"LIC-{uuid.uuid4().hex[:12]}",
            "iat": int(time.time()), "schema": SCHEMA, "sequence": sequence, "edition": edition,
            "not_before": (not_before or datetime.now(UTC)).date().isoformat(),
            "expires_on": expires_on.date().isoformat(), "supersedes": supersedes or [],
            "grace_days": grace_days, "features": feature or [], "trial": trial,
            "entitlements": msgspec.to_builtins(named),
        }  # fmt: skip
        if claims is not None:
            values |= _json(claims)
        licence = parse(msgspec.json.encode(values))
        return issuing.issue(licence, _json(key))

    _told(work)


@app.command()
def inspect(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="File of the licence")],
    keys: Keys,
) -> None:
    """Verify a licence as a console would; print what it says and the states it goes through."""

    def work() -> str:
        found = verify(file.read_text(encoding="utf-8"), _key_set(keys))
        now = time.time()
        standing = evaluate([found], {}, now)
        revoked = read_revocations(_key_set(keys)).concerns(found)
        told = {
            "claims": msgspec.to_builtins(found.licence),
            "kid": found.kid,
            "demo": found.demo,
            "revoked": revoked,
            "phase": standing.held[0].phase,
            "states": [
                {"state": span.state, "from": datetime.fromtimestamp(span.start, UTC).isoformat()}
                for span in timeline([found], now)
            ],
        }
        return json.dumps(told, indent=1)

    _told(work)


@app.command()
def revoke(
    keys: Keys,
    root: Root,
    licence: Annotated[list[str] | None, typer.Option(help="Id (jti) of a licence")] = None,
    key: Annotated[list[str] | None, typer.Option(help="Id (kid) of an issuing key")] = None,
) -> None:
    """Add to the revocation list of the key set; consoles heed it from when they first load it."""

    def work() -> str:
        present = _key_set(keys)
        listed = issuing.revoke(read_revocations(present), licence or [], key or [])
        made = KeySet(present.keys, issuing.signed_revocations(listed, _json(root)))
        read_revocations(made)  # signed by a root that this set knows, or not written
        keys.write_text(issuing.key_set_text(made), encoding="utf-8")
        return f"Revoked are now {len(listed.jti)} licences and {len(listed.kid)} keys."

    _told(work)


@app.command()
def rotate(
    keys: Keys,
    new: Annotated[Path, typer.Option("--new-key", help="File the new private key is written to")],
) -> None:
    """Make the next key the current one and a new one the next; older licences stay believed."""

    def work() -> str:
        present = _key_set(keys)
        private = issuing.new_key()
        _write_private(new, private)
        demo = any(key.craton_demo for key in present.keys.values())
        made = issuing.rotated(present, issuing.public_key(private, "next", demo=demo))
        keys.write_text(issuing.key_set_text(made), encoding="utf-8")
        current = next((k.kid for k in made.keys.values() if k.craton_role == "current"), "none")
        return f"Issue with {current} from now on; {private['kid']} comes after it."

    _told(work)


def _entitlement(text: str) -> tuple[str, Entitlement]:
    name, _, rest = text.partition("=")
    value, *how = rest.split(":")
    if not name or not (value == "unlimited" or value.isdecimal()):
        raise Refused(f"{text!r} is not like servers=1000 or clusters=unlimited:max:soft.")
    meter = METERS.get(name)
    given: dict[str, Any] = {
        "value": None if value == "unlimited" else int(value),
        "unit": meter.unit if meter else "",
    }
    for word in how:
        given["combine" if word in {"sum", "max", "any"} else "enforce"] = word
    try:
        return name, msgspec.convert(given, Entitlement)
    except msgspec.ValidationError as error:
        raise Refused(f"{text!r}: {error}.") from None


def _key_set(file: Path) -> KeySet:
    return read_key_set(file.read_text(encoding="utf-8"))


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:
        raise Refused(f"{file} is no JSON.") from None
    if not isinstance(found, dict):
        raise Refused(f"{file} holds no JSON object.")
    return found


def _write_private(file: Path, private: dict[str, Any]) -> None:
    if file.exists():
        raise Refused(f"{file} is there already; a key is never written over.")
    make_private(str(file))
    file.write_text(json.dumps(private), encoding="utf-8")
