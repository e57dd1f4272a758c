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
        assert as_set(merged.value) == as_set(changed)


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_a_clash_is_resolved_as_chosen_and_sides_are_alike(
    base: Any, theirs: Any, mine: Any
) -> None:
    one, other = merge(base, theirs, mine), merge(base, mine, theirs)
    assert {clash.path for clash in one.clashes} == {clash.path for clash in other.clashes}
    paths = [clash.path for clash in one.clashes]
    yielding = merge(base, theirs, mine, give_way=paths)
    assert as_set(yielding.value) == as_set(other.value)


def as_set(value: Any) -> Any:
    """Without the order of named entries: whose comes first is nobody's change."""
    if isinstance(value, dict):
        return {name: as_set(one) for name, one in value.items()}
    if isinstance(value, list):
        made = [as_set(one) for one in value]
        names = [one.get("name") if isinstance(one, dict) else None for one in made]
        return sorted(made, key=lambda one: one["name"]) if made and all(names) else made
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
