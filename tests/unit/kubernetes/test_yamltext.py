"""YAML that whoever reads it reads as what it was."""

from __future__ import annotations

import json

import pytest
import yaml

from integrations.kubernetes.client import _RAW
from integrations.kubernetes.yamltext import to_yaml

TEXTS = [
    *("1e3", "1E5", "-1e-3", ".5", "5.", "0o17", "017", "0x1F", "1_000", "+1", "-0", "12:30:00"),
    *("y", "n", "Y", "N", "yes", "on", "off", "null", "~", "true", "=", "<<", "2026-11-20", "-"),
    *("0.5Gi", " x ", "a\nb\n", "a\u0085b", "\u202eevil", "\ufeffa", "# no", "a: b", "", "|"),
]


def test_text_stays_text():
    document = {str(number): text for number, text in enumerate(TEXTS)}
    assert yaml.safe_load(to_yaml(document)) == document
    names = dict.fromkeys(TEXTS, 1)
    assert yaml.safe_load(to_yaml(names)) == names


@pytest.mark.parametrize("text", ["1e3", "1E5", "-1e-3", ".5", "5.", "0o17", "0o7", "y", "n"])
def test_what_kubectl_would_not_take_for_text_is_quoted(text: str):
    assert to_yaml({"a": text}) == f"a: '{text}'\n"


@pytest.mark.parametrize(
    "number",
    ["1.10", "1e21", "1e-7", "0.1", "-0.0", "100.000", "9007199254740993", "0.30000000000000004"],
)
def test_numbers_keep_their_digits(number: str):
    found = _RAW.decode(b'{"a":' + number.encode() + b"}")
    assert to_yaml(found) == f"a: {number}\n"
    assert json.loads(json.dumps(found)) == {"a": json.loads(number)}
