"""The local stack's demo licence: believed by its own key set, called demo, never in the way."""

from __future__ import annotations

import time
from pathlib import Path

from backend.commerce.licence.demo import demo_licence
from backend.commerce.licence.evaluation import evaluate
from backend.commerce.licence.keys import read_key_set
from backend.commerce.licence.sources import read
from backend.settings import Settings


def test_it_is_valid_and_called_demo(tmp_path: Path) -> None:
    told = demo_licence(Settings(home=tmp_path))
    keys = read_key_set(Path(told["CRATON_LICENCE_KEYS_FILE"]).read_text())
    found = read(Path(told["CRATON_LICENCE_FILE"]).read_text(), keys)
    standing = evaluate(found, {"servers": 2}, time.time())
    assert (standing.state, standing.demo) == ("VALID", True)


def test_nobody_can_sign_more_with_its_key(tmp_path: Path) -> None:
    demo_licence(Settings(home=tmp_path))
    written = [file.read_text() for file in tmp_path.rglob("*") if file.is_file()]
    assert written
    assert not any('"d"' in text for text in written)


def test_it_is_made_anew_and_not_where_licences_are_configured(tmp_path: Path) -> None:
    first = demo_licence(Settings(home=tmp_path))
    one = Path(first["CRATON_LICENCE_FILE"]).read_text()
    again = demo_licence(Settings(home=tmp_path))
    assert Path(again["CRATON_LICENCE_FILE"]).read_text() != one
    for given in ({"licence": "x"}, {"licence_file": tmp_path}, {"licence_keys_file": tmp_path}):
        assert demo_licence(Settings(home=tmp_path, **given)) == {}
