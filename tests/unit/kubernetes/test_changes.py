"""Which fields differ between two documents: all of them, each once, also where they look alike."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backend.features.cluster.operate.changes import differences
from backend.features.cluster.text.paths import REPEATED

SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=3)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "key", "a.b"]), inner)
    ),
    max_leaves=12,
)


def paths(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [change.path for change in differences(before, after)]


def test_long_values_differ_by_their_ends_and_are_told_by_their_beginnings() -> None:
    before, after = {"spec": {"script": "x" * 500 + "1"}}, {"spec": {"script": "x" * 500 + "2"}}
    (change,) = differences(before, after)
    assert change.path == "spec.script"
    assert change.before is not None
    assert len(change.before) < 500


def test_entries_that_are_called_alike_are_told_apart() -> None:
    def pod(effect: str, path: str) -> dict[str, Any]:
        tolerations = [{"key": "a", "effect": "NoExecute"}, {"key": "a", "effect": effect}]
        mounts = [{"name": "v", "mountPath": "/one"}, {"name": "v", "mountPath": path}]
        return {"spec": {"tolerations": tolerations, "mounts": mounts}}

    found = paths(pod("NoSchedule", "/two"), pod("PreferNoSchedule", "/three"))
    assert "spec.tolerations[key=a#1].effect" in found
    assert any("/three" in path for path in found)


def test_what_kubectl_repeats_is_not_told() -> None:
    def noted(text: str) -> dict[str, Any]:
        return {"metadata": {"annotations": {REPEATED: text, "note": "same"}}}

    assert paths(noted("one"), noted("two")) == []


@given(DOCUMENTS, DOCUMENTS)
def test_documents_that_differ_have_differences(one: Any, other: Any) -> None:
    found = differences({"spec": one}, {"spec": other})
    assert bool(found) == (shown(one) != shown(other))


def shown(value: Any) -> Any:
    """As a person reads it: a text and what prints alike are the same."""
    if isinstance(value, dict) and value:
        return {name: shown(inner) for name, inner in value.items()}
    if isinstance(value, list) and value:
        return [shown(inner) for inner in value]
    if isinstance(value, str):
        return value

    return json.dumps(value)


def test_text_is_no_number_and_order_is_told() -> None:
    before = {"a": 1, "b": None, "l": [{"name": "x"}, {"name": "y"}], "m": {"annotations": "odd"}}
    after = {
        "a": "1",
        "b": "null",
        "l": [{"name": "y"}, {"name": "x"}],
        "m": {"annotations": "odd"},
    }
    told = {one.path: (one.before, one.after) for one in differences(before, after)}
    assert told == {
        "a": ("1", '"1"'),
        "b": ("null", '"null"'),
        "l (order)": ("name=x, name=y", "name=y, name=x"),
    }
    assert differences({"metadata": {"annotations": "odd"}}, {"metadata": {}}) != []


def test_many_entries_take_no_time() -> None:
    entries = [{"name": "same", "v": at} for at in range(20_000)]
    assert len(differences({"l": entries}, {"l": entries[1:]})) > 10_000
