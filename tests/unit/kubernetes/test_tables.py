"""What the API server prints of objects, and what a server answers that prints nothing."""

from __future__ import annotations

import msgspec

from integrations.kubernetes.tables import TablePage

PRINTED = {
    "kind": "Table",
    "metadata": {"continue": "next"},
    "columnDefinitions": [
        {"name": "Name", "type": "string", "format": "name"},
        {"name": "Volume", "type": "string", "description": "what is kept"},
        {"name": "Keep", "type": "integer"},
        {"name": "Everything", "type": "string", "priority": 1},
        {"name": "Age", "type": "date"},
    ],
    "rows": [
        {
            "cells": ["a", "data", 7, "wide", "3d"],
            "object": {"metadata": {"name": "a", "namespace": "shop"}},
        },
        {"cells": ["b", None], "object": {"metadata": {"name": "b", "namespace": "shop"}}},
    ],
}


def test_columns_that_say_more_than_name_and_age_are_kept_as_text() -> None:
    page = msgspec.convert(PRINTED, TablePage)
    assert [column.name for column in page.columns()] == ["Volume", "Keep", "Everything"]
    assert [(found.meta.name, found.cells) for found in page.printed()] == [
        ("a", ["data", "7", "wide"]),
        ("b", ["", "", ""]),
    ]
    assert page.next == "next"


def test_a_server_without_tables_is_listed_by_metadata() -> None:
    page = msgspec.convert({"items": [{"metadata": {"name": "a"}}]}, TablePage)
    assert (page.columns(), page.next) == ([], "")
    assert [(found.meta.name, found.cells) for found in page.printed()] == [("a", [])]


def test_a_kinds_own_column_is_kept_though_it_is_called_like_one_of_every_object() -> None:
    page = msgspec.convert(PRINTED, TablePage)
    own = frozenset({"Age", "Name"})
    assert [column.name for column in page.columns(own)] == ["Volume", "Keep", "Everything", "Age"]
    assert page.printed(own)[0].cells == ["data", "7", "wide", "3d"]
