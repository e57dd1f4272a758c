"""What may appear of a change in the audit record."""

from __future__ import annotations

import json

from backend.audit import Change


def test_only_named_fields_show_their_values() -> None:
    before = {"name": "Ada", "password": "old secret", "same": 1}
    after = {"name": "Eve", "password": "new secret", "same": 1}
    text = Change.between(before, after, show={"name"}).render()
    assert json.loads(text) == {"name": ["Ada", "Eve"], "password": "(withheld)"}


def test_a_field_that_appears_or_goes_is_a_change() -> None:
    text = Change.between({"a": 1}, {"b": 2}, show={"a", "b"}).render()
    assert json.loads(text) == {"a": [1, None], "b": [None, 2]}


def test_credentials_in_urls_never_appear() -> None:
    change = Change.of({"url": "https://robot:hunter2@registry.test/x"}, show={"url"})
    assert "hunter2" not in change.render()
    assert "registry.test" in change.render()


def test_long_values_and_changes_are_cut_and_stay_json() -> None:
    one = json.loads(Change.of({"notes": "x" * 100_000}, show={"notes"}).render())
    assert len(one["notes"]) < 1000
    many = {f"field{i}": "y" * 400 for i in range(500)}
    assert "too long to keep" in json.loads(Change.of(many, show=many).render())


def test_nothing_changed_is_empty() -> None:
    assert Change.between({"a": 1}, {"a": 1}, show={"a"}).render() == ""
