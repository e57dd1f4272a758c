"""Contexts never lead a credential astray, and are kept for their owner alone."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from backend.client.contexts import Context, Contexts, checked, chosen
from backend.client.failures import CommandFailed, Exit
from backend.client.keys import credential, forget, keep
from backend.client.places import config_file


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for name in ("CRATON_URL", "CRATON_TOKEN", "CRATON_CONTEXT", "CRATON_CA_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://craton.example",
        "http://10.0.0.1:8080",
        "ftp://127.0.0.1",
        "https://user@craton.example",
        "https://craton.example/?x=1",
        "https://",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
    ],
)
def test_addresses_that_would_give_the_credential_away(url: str) -> None:
    with pytest.raises(CommandFailed) as refused:
        checked(Context("", url))
    assert refused.value.code is Exit.USAGE


def test_insecure_is_for_this_machine() -> None:
    assert checked(Context("", "https://127.0.0.1:8443", insecure=True)).insecure
    with pytest.raises(CommandFailed, match="--ca-file"):
        checked(Context("", "https://craton.example", insecure=True))


def test_an_address_has_one_form() -> None:
    found = checked(Context("", "craton.example/console/"))
    assert (found.url, found.name) == ("https://craton.example/console", "craton.example")


def test_contexts_are_kept_and_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    Contexts().put(Context("a", "https://a.example"))
    Contexts().put(Context("b", "https://b.example", "/ca.pem"))
    assert chosen(None).name == "b"
    assert chosen("a").url == "https://a.example"
    Contexts().use("a")
    assert Contexts().current == "a"
    monkeypatch.setenv("CRATON_CONTEXT", "b")
    assert chosen(None).ca_file == "/ca.pem"
    monkeypatch.setenv("CRATON_URL", "https://c.example")
    assert chosen(None).url == "https://c.example"
    assert chosen("a").url == "https://a.example"
    Contexts().remove("a")
    assert [one.name for one in Contexts().all()] == ["b"]
    with pytest.raises(CommandFailed, match="there is b"):
        Contexts().use("a")


def test_a_credential_in_a_file_is_for_its_owner_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    context = Context("a", "https://a.example")
    assert keep(context, "secret") == str(config_file("credentials.json"))
    assert credential(context) == "secret"
    assert stat.S_IMODE(config_file("credentials.json").stat().st_mode) == 0o600
    monkeypatch.setenv("CRATON_TOKEN", "of the job")
    assert credential(context) == "of the job"
    monkeypatch.delenv("CRATON_TOKEN")
    forget(context)
    with pytest.raises(CommandFailed) as missing:
        credential(context)
    assert missing.value.code is Exit.NOT_SIGNED_IN


def test_a_spoilt_file_is_no_context() -> None:
    config_file("contexts.json").parent.mkdir(parents=True, exist_ok=True)
    config_file("contexts.json").write_text("{")
    assert Contexts().all() == []
