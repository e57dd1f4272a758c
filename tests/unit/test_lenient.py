"""Foreign documents as far as they can be read."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.lenient import MOST_FAULTS, read


class Port(msgspec.Struct):
    number: int
    name: str = ""


class Thing(msgspec.Struct):
    name: str = ""
    labels: dict[str, str] = {}
    ports: list[Port] = []
    nested: dict[str, Port] = {}
    size: int = 0


def reading(document: Any) -> tuple[Thing, tuple[str, ...]]:
    return read(json.dumps(document).encode(), Thing)


def test_null_is_absent_and_worth_no_word():
    found, faults = reading({"name": None, "labels": {"a": None}, "ports": [None], "size": None})
    assert (found, faults) == (Thing(), ())


@pytest.mark.parametrize(
    ("document", "kept", "said"),
    [
        ({"name": ["x"], "size": 3}, Thing(size=3), "name: expected `str`, got `array`"),
        ({"labels": {"a": 1, "b": "x"}}, Thing(labels={"b": "x"}), "labels"),
        ({"ports": [{"name": "web"}, {"number": 80}]}, Thing(ports=[Port(80)]), "ports[0]: "),
        ({"nested": {"a": {"number": [1]}, "b": {"number": 2}}}, Thing(nested={"b": Port(2)}), ""),
        ({"size": "12"}, Thing(size=12), None),
        ({"size": "many"}, Thing(), "size"),
    ],
)
def test_only_what_does_not_fit_is_left_out(document, kept, said):
    found, faults = reading(document)
    assert found == kept
    assert (said is None and not faults) or any(said in fault for fault in faults)


@pytest.mark.parametrize("data", [b"[]", b"3", b"{", b'"x"', b""])
def test_what_is_no_such_document_is_refused(data):
    with pytest.raises(msgspec.MsgspecError):
        read(data, Thing)


def test_too_many_faults_are_another_kind_of_document():
    ports = [{"name": "x"}] * (MOST_FAULTS + 1)
    with pytest.raises(msgspec.MsgspecError):
        reading({"ports": ports})


class Cells(msgspec.Struct):
    cells: list[Any] = []
    version: str = msgspec.field(default="", name="os.version")


def test_what_may_be_anything_keeps_its_place_and_names_may_hold_dots():
    body = json.dumps({"cells": ["x", None, "b"], "os.version": 10}).encode()
    found, faults = read(body, Cells)
    assert found.cells == ["x", None, "b"]
    assert faults == ("os.version: expected `str`, got `int`",)


def test_a_wide_document_costs_a_bounded_amount_of_reading(monkeypatch: pytest.MonkeyPatch):
    """Counted, not timed: whoever may push a document must not be able to stop the loop."""
    labels = {f"l{number}": "x" for number in range(30_000)}
    odd = dict(zip("abcde", (1, 1.5, True, [], {}), strict=True))
    body = json.dumps({"labels": {**labels, **odd}}).encode()
    again: list[int] = []
    convert = msgspec.convert

    def counted(*given: Any, **named: Any) -> Any:
        again.append(len(body))
        return convert(*given, **named)

    monkeypatch.setattr(msgspec, "convert", counted)
    found, faults = read(body, Thing)
    assert (found.labels, len(faults)) == (labels, 5)
    assert sum(again) < 6_000_000
    large = json.dumps({"labels": {**{f"{n}": "x" * 40 for n in range(100_000)}, **odd}}).encode()
    with pytest.raises(msgspec.MsgspecError):
        read(large, Thing)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("name", "labels", "ports", "nested", "size"), _JSON)
    )
)
def test_every_object_is_read_or_refused(document):
    try:
        found, _ = reading(document)
    except msgspec.MsgspecError:
        return
    assert isinstance(found, Thing)
