"""A demo licence for the local stack, signed by a key that is thrown away as soon as it has."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from backend.commerce.licence.document import SCHEMA, Entitlement, Licence
from backend.commerce.licence.issuing import issue, key_set_text, new_key, public_key
from backend.commerce.licence.keys import KeySet
from backend.settings import Settings

__all__ = ["demo_licence"]

_DAYS: Final = 365


def demo_licence(settings: Settings) -> dict[str, str]:
    """Write a demo licence and the key set that believes it below the data directory, and give
    what tells the console of them; nothing where the operator configured licences. Blocks."""
    given = settings.licence.get_secret_value() or settings.licence_file
    if given or settings.licence_keys_file:
        return {}
    folder = settings.home / "run" / "licence"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    private = new_key()
    public = public_key(private, "current", demo=True)
    keys, licence = folder / "keys.json", folder / "licence"
    _write(keys, key_set_text(KeySet({public.kid: public})))
    _write(licence, issue(_demo(), private))
    return {"CRATON_LICENCE_KEYS_FILE": str(keys), "CRATON_LICENCE_FILE": str(licence)}


def _demo() -> Licence:
    today = datetime.now(UTC).date()
    return Licence(
        iss="https://craton.invalid/demo",
        sub="DEMO",
        jti=f"LIC-DEMO-{today:%Y%m%d}",
        iat=int(time.time()),
        schema=SCHEMA,
        sequence=today.toordinal(),
        edition="demo",
        not_before=today,
        expires_on=today + timedelta(days=_DAYS),
        features=("sso", "chargeback"),
        entitlements={
            "servers": Entitlement(100, "server", "sum", "meter"),
            "clusters": Entitlement(5, "cluster", "sum", "soft"),
            "repositories": Entitlement(None, "repository", "max", "soft"),
        },
    )


def _write(file: Path, text: str) -> None:
    """A reader sees the old file or the new one."""
    fresh = file.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)
