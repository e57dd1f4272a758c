"""Three documents into one: properties that hold for any of them, and the cases that matter."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from backend.features.cluster.text.merging import merge

KEYS = st.sampled_from(["a", "b", "c"])
LEAVES = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["x", "y"])


def named(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    entries = st.dictionaries(KEYS, values, max_size=2)
    names = st.lists(st.sampled_from(["n", "m", "o"]), unique=True, max_size=3)
    return names.flatmap(
        lambda found: st.tuples(*(entries for _ in found)).map(
            lambda made: [{"name": name, **one} for name, one in zip(found, made, strict=True)]
        )
    )


VALUES = st.recursive(
    LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=3) | st.lists(inner, max_size=2)
    | named(inner), max_leaves=6,
)  # fmt: skip
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=3)


@given(DOCUMENTS, DOCUMENTS)
def test_what_one_side_alone_changed_is_what_comes_out(base: Any, changed: Any) -> None:
    for theirs, mine in ((changed, base), (base, changed), (changed, changed)):
        merged = merge(base, theirs, mine)
        assert merged.clashes == []
        assert typed(merged.value) == typed(changed)


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_a_clash_is_resolved_as_chosen_and_sides_are_alike(
    base: Any, theirs: Any, mine: Any
) -> None:
    one, other = merge(base, theirs, mine), merge(base, mine, theirs)
    assert {clash.path for clash in one.clashes} == {clash.path for clash in other.clashes}
    paths = [clash.path for clash in one.clashes]
    yielding = merge(base, theirs, mine, give_way=paths)
    assert unordered(yielding.value) == unordered(other.value)


def unordered(value: Any) -> Any:
    """As `typed`; of what both sides added at one place one comes first, which says nothing."""
    if isinstance(value, dict):
        return {name: unordered(one) for name, one in value.items()}
    if isinstance(value, list):
        parts = [unordered(one) for one in value]
        named = bool(parts) and all(isinstance(one, dict) and "name" in one for one in parts)
        return sorted(parts, key=lambda one: repr(one["name"])) if named else parts
    return typed(value)


def typed(value: Any) -> Any:
    """With the types of its leaves: 1 and true are equal to Python."""
    if isinstance(value, dict):
        return {name: typed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [typed(one) for one in value]
    return (type(value).__name__, value)


def container(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, **more}


def test_containers_merge_by_their_names() -> None:
    base = {"containers": [container("a", image="1"), container("b", image="1")]}
    theirs = {"containers": [container("a", image="2"), container("b", image="1")]}
    mine = {"containers": [container("b", image="3"), container("c", image="1")]}
    merged = merge(base, theirs, mine)
    # They changed what I removed.
    assert [clash.path for clash in merged.clashes] == ["containers[name=a]"]
    assert merged.value == {"containers": [container("b", image="3"), container("c", image="1")]}
    kept = merge(base, theirs, mine, give_way=["containers[name=a]"])
    assert container("a", image="2") in kept.value["containers"]


def test_one_and_true_are_not_the_same() -> None:
    merged = merge({"a": 1}, {"a": True}, {"a": 1})
    assert merged.value == {"a": True}
    assert merged.value["a"] is True


def test_what_is_null_is_not_what_is_absent() -> None:
    merged = merge({"a": None}, {"a": None}, {})
    assert merged.value == {}


def names(merged: Any) -> list[str]:
    return [one["name"] for one in merged.value["l"]]


def listed(*found: str) -> dict[str, Any]:
    return {"l": [{"name": name} for name in found]}


def test_the_order_of_entries_is_a_change_too() -> None:
    assert names(merge(listed("a", "b"), listed("b", "a"), listed("a", "b", "c"))) == [
        "b",
        "c",
        "a",
    ]
    assert names(merge(listed("a", "b"), listed("new", "a", "b"), listed("a", "b", "c"))) == [
        "new", "a", "b", "c",
    ]  # fmt: skip
    both = merge(listed("a", "b", "c"), listed("b", "a", "c"), listed("a", "c", "b"))
    assert [clash.path for clash in both.clashes] == ["l"]
