"""Every integration keeps the rules of the checklist in integrations/README.md."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import SecretStr

import integrations
from integrations.discovery import kinds, load
from integrations.form import FormInput

ROOT = Path(integrations.__path__[0])
FILES = ("README.md", "settings.py", "errors.py", "connection.py", "client.py", "integration.py")
OWN = [kind for kind in kinds() if (ROOT / kind).is_dir()]


def is_secret(hint: Any) -> bool:
    return hint is SecretStr or SecretStr in get_args(hint)


@pytest.fixture(params=OWN)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def test_the_same_files_are_in_each(kind: str) -> None:
    missing = [name for name in FILES if not (ROOT / kind / name).exists()]
    assert missing == []
    assert (ROOT / kind / "fake").is_dir()
    assert (ROOT.parent / "tests" / "contract" / kind).is_dir()


def test_settings_are_plain_frozen_data(kind: str) -> None:
    model = load(kind).settings
    assert model.model_config["frozen"] is True
    assert model.model_config["extra"] == "forbid"
    assert {"name", "networks", "typed"} <= set(model.model_fields)


def test_forms_mark_secrets_and_name_no_file(kind: str) -> None:
    integration = load(kind)
    hints = get_type_hints(integration.settings)
    assert integration.ways
    for way in integration.ways:
        assert {field.id for field in way.fields} <= set(integration.settings.model_fields)
        for field in way.fields:
            assert field.secret == is_secret(hints[field.id]), field.id
            assert Path not in (hints[field.id], *get_args(hints[field.id])), field.id
            assert field.secret or field.input is not FormInput.PASSWORD, field.id
        leads = [f for f in way.fields if f.destination or (f.secret and f.required)]
        assert leads or way.preset, way.id


def test_it_can_be_tried_and_says_what_ends(kind: str) -> None:
    integration = load(kind)
    assert integration.test is not None
    plain = [
        f for f in (integration.destinations, integration.certificates) if inspect.isfunction(f)
    ]
    assert all(f.__module__.startswith(f"integrations.{kind}") for f in plain)
