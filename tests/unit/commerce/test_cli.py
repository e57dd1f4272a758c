"""`craton licence`: what a vendor makes with it, a console believes."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from backend.commerce.licence.cli import app
from backend.commerce.licence.keys import read_key_set
from backend.commerce.licence.meters import METERS
from backend.commerce.licence.problems import UnknownKey
from backend.commerce.licence.revocation import read_revocations
from backend.commerce.licence.verify import verify

runner = CliRunner()


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    made = runner.invoke(app, ["keygen", str(tmp_path / "k")])
    assert made.exit_code == 0, made.output
    return tmp_path / "k"


def issued(keys: Path, *more: str, key: str = "current", sequence: int = 1) -> str:
    given = ["issue", "--key", str(keys / f"{key}.key"), "--account", "ACC-1"]
    given += ["--expires-on", "2030-01-31", "--sequence", str(sequence), *more]
    made = runner.invoke(app, given)
    assert made.exit_code == 0, made.output
    return made.output.strip()


def public(keys: Path):
    return read_key_set((keys / "keys.json").read_text())


def test_private_keys_are_their_owners_alone_and_never_overwritten(keys: Path) -> None:
    for name in ("root", "current", "next"):
        assert stat.S_IMODE((keys / f"{name}.key").stat().st_mode) == 0o600
    assert '"d"' not in (keys / "keys.json").read_text()
    again = runner.invoke(app, ["keygen", str(keys)])
    assert again.exit_code == 1
    assert "never written over" in again.output


def test_what_is_issued_is_believed(keys: Path) -> None:
    token = issued(
        keys, "--entitlement", "servers=1000:sum:meter", "--entitlement",
        "clusters=unlimited:max:soft", "--feature", "sso", "--id", "LIC-7",
    )  # fmt: skip
    found = verify(token, public(keys)).licence
    assert (found.jti, found.sub, str(found.expires_on)) == ("LIC-7", "ACC-1", "2030-01-31")
    assert found.entitlements["servers"].value == 1000
    assert found.entitlements["servers"].enforce == "meter"
    assert found.entitlements["clusters"].value is None
    assert found.features == ("sso",)


def test_an_add_on_names_everything(keys: Path) -> None:
    token = issued(keys, "--add-on", "--entitlement", "servers=50")
    given = verify(token, public(keys)).licence.entitlements
    assert {name: one.value for name, one in given.items()} == dict.fromkeys(METERS, 0) | {
        "servers": 50
    }


@pytest.mark.parametrize("wrong", ["servers", "servers=-1", "servers=1:never", "=4", "servers=x"])
def test_a_wrong_entitlement_says_so(keys: Path, wrong: str) -> None:
    given = ["issue", "--key", str(keys / "current.key"), "--account", "A", "--sequence", "1"]
    made = runner.invoke(app, [*given, "--expires-on", "2030-01-31", "--entitlement", wrong])
    assert made.exit_code == 1
    assert made.output.startswith("craton licence: ")


def test_inspect_tells_the_states_to_come_and_a_revocation(keys: Path, tmp_path: Path) -> None:
    file = tmp_path / "licence.jwt"
    file.write_text(issued(keys, "--id", "LIC-7"))
    given = ["inspect", str(file), "--keys", str(keys / "keys.json")]
    told = json.loads(runner.invoke(app, given).output)
    assert [each["state"] for each in told["states"]][-2:] == ["GRACE", "DEGRADED"]
    assert (told["phase"], told["revoked"], told["demo"]) == ("VALID", False, False)
    revoking = ["revoke", "--keys", str(keys / "keys.json"), "--root", str(keys / "root.key")]
    assert runner.invoke(app, [*revoking, "--licence", "LIC-7"]).exit_code == 0
    assert json.loads(runner.invoke(app, given).output)["revoked"] is True
    more = runner.invoke(app, [*revoking, "--key", "old"])
    assert more.output.strip() == "Revoked are now 1 licences and 1 keys."
    assert read_revocations(public(keys)).sequence == 2


def test_an_issuing_key_revokes_nothing(keys: Path) -> None:
    before = (keys / "keys.json").read_text()
    given = ["revoke", "--keys", str(keys / "keys.json"), "--licence", "LIC-7"]
    made = runner.invoke(app, [*given, "--root", str(keys / "current.key")])
    assert made.exit_code == 1
    assert (keys / "keys.json").read_text() == before


def test_after_a_rotation_old_and_new_are_believed(keys: Path) -> None:
    old, shipped = issued(keys), public(keys)
    moved = runner.invoke(
        app, ["rotate", "--keys", str(keys / "keys.json"), "--new-key", str(keys / "third.key")]
    )
    assert moved.exit_code == 0, moved.output
    new, later = issued(keys, key="next", sequence=2), issued(keys, key="third", sequence=3)
    for token in (old, new, later):
        verify(token, public(keys))
    verify(new, shipped)  # a console of last year knows the next key already
    with pytest.raises(UnknownKey):
        verify(later, shipped)


def test_a_demo_key_stays_one(tmp_path: Path) -> None:
    runner.invoke(app, ["keygen", str(tmp_path / "d"), "--demo"])
    assert verify(issued(tmp_path / "d"), public(tmp_path / "d")).demo
