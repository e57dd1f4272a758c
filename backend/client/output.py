"""How rows are written: a table, JSON, YAML, CSV, JSON lines, or names for other commands."""

from __future__ import annotations

import csv
import itertools
import json
import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, Final

from backend.client.cells import cell, present, table, visible
from backend.client.console import Console
from backend.client.declared import Declared

__all__ = ["Output", "print_csv", "print_lines", "print_rows", "show", "to_yaml"]

_TOGETHER: Final = 1000
"""Rows whose widths are measured together: the first ones show while the rest is fetched."""


class Output(StrEnum):
    """The forms of an answer."""

    TABLE = "table"
    WIDE = "wide"
    JSON = "json"
    YAML = "yaml"
    CSV = "csv"
    JSONL = "jsonl"
    NAME = "name"


def show(text: str) -> None:
    """Print a line, at once where somebody waits for it."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def print_rows(
    declared: Declared,
    rows: Iterable[dict[str, Any]],
    output: Output,
    columns: Iterable[str] = (),
) -> None:
    """Print them in this form."""
    if output is Output.JSON:
        show(json.dumps(list(rows), indent=2, ensure_ascii=False))
    elif output is Output.YAML:
        show(to_yaml(list(rows)).rstrip())
    elif output is Output.NAME:
        for row in rows:
            show(f"{declared.name}/{visible(str(row['key']))}")
    else:
        _print_table(declared, rows, columns, wide=output is Output.WIDE)


def print_csv(
    console: Console, declared: Declared, params: dict[str, Any], columns: list[str], limit: int
) -> None:
    """The console's own CSV, which guards spreadsheets from formulas; cut behind `limit` rows."""
    if columns:
        declared.chosen(columns)
        params = {**params, "cols": ",".join(columns)}
    with console.lines(f"/collections/{declared.name}", {**params, "format": "csv"}) as lines:
        found = csv.reader(f"{line}\n" for line in lines)
        writer = csv.writer(sys.stdout)
        writer.writerows(itertools.islice(found, limit + 1) if limit else found)


def print_lines(
    console: Console, declared: Declared, params: dict[str, Any], columns: list[str], limit: int
) -> None:
    """The console's own JSON lines, one row each; cut behind `limit` rows."""
    if columns:
        declared.chosen(columns)
        params = {**params, "cols": ",".join(columns)}
    with console.lines(f"/collections/{declared.name}", {**params, "format": "jsonl"}) as lines:
        for line in itertools.islice(lines, limit) if limit else lines:
            show(line)


def to_yaml(value: Any) -> str:
    """The value as YAML, in the order of its fields."""
    import yaml

    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100)


def _print_table(
    declared: Declared, rows: Iterable[dict[str, Any]], columns: Iterable[str], *, wide: bool
) -> None:
    chosen = list(declared.columns) if wide else declared.chosen(columns)
    head = [str(column["label"]).upper() for column in chosen]
    widths = [0] * len(chosen)
    for number, some in enumerate(_batches(rows)):
        now = present()
        lines = [[cell(c["type"], row.get(c["id"]), now) for c in chosen] for row in some]
        show(table([head, *lines] if number == 0 else lines, widths))
    if not any(widths):
        sys.stderr.write(f"No {declared.title.lower()} found.\n")


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    found = iter(rows)
    while some := list(itertools.islice(found, _TOGETHER)):
        yield some
