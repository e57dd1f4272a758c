"""Text that a person wrote, read within bounds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.kubernetes.yamlread import YamlFault, documents
from integrations.kubernetes.yamltext import to_yaml


def value(text: str) -> Any:
    (found,) = documents(text, most=1)
    return found.value


LEAVES = st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.text(max_size=8)
VALUES = st.recursive(
    LEAVES | st.sampled_from(["0o", "0x_", "y", "1e3", "~", "2020-01-01", "1:30", "<<", "a\n b\n"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.text(min_size=1, max_size=6), VALUES, min_size=1, max_size=3))
def test_what_is_written_is_read_again(document: dict[str, Any]) -> None:
    assert value(to_yaml(document)) == document


BOMBS = {
    "text": "a: &x '" + "y" * 100_000 + "'\nb: [" + ",".join(["*x"] * 1000) + "]",
    "nested": "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    + "".join(
        f"{name}: &{name} [{','.join(['*' + last] * 10)}]\n"
        for last, name in zip("abcdefg", "bcdefgh", strict=True)
    ),
    "paths": "? " + "k" * 900 + "\n:\n" + "".join(f"  m{at}: 1\n" for at in range(50_000)),
    "deep": "[" * 100_000,
    "deep mapping": "{a: " * 101 + "1" + "}" * 101,
    "itself": "a: &a [*a]",
    "long key": "k" * 2000 + ": 1",
    "merges": "a: &a {x: 1}\nb:\n" + "  <<: *a\n" * 2,
    "empty documents": "---\n" * 100_000 + "a: 1",
    "items": "a: !!binary aGk=",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_what_would_cost_too_much_is_refused(bomb: str) -> None:
    with pytest.raises(YamlFault) as refused:
        documents(bomb, most=2)
    assert refused.value.line >= 1


@pytest.mark.parametrize(
    "odd", ["0x_", "0b_", "0o", "0xffffffffffffffffffff", "+", "1__0_", "-0x10", "9" * 5000]
)
def test_odd_numbers_are_something(odd: str) -> None:
    assert value(f"a: {odd}")["a"] is not None


def test_a_line_is_found_by_the_path_that_the_api_server_tells() -> None:
    text = "spec:\n  ports:\n  - port: 1\n    a.b: x\n  - port: 2\nmeta: {a: {b: 1}}\n"
    (found,) = documents(text, most=1)
    assert found.line_of("spec.ports[1].port") == 5
    assert found.line_of("spec.ports[0].a.b") == 4
    assert found.line_of("spec.ports[7].port") == 2
    assert found.line_of("meta.a.c") == 6
    assert found.line_of("") == 1


@pytest.mark.parametrize("key", ["²", "①", "9" * 900])
def test_what_looks_like_a_number_is_a_key(key: str) -> None:
    """To Python ² is a digit, and no number; and a number has no nine hundred of them."""
    (found,) = documents(f'data:\n  before: x\n  "{key}": y\n', most=1)
    assert found.line_of(f"data[{key}]") == 3
