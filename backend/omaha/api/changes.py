"""What a change of an object was, for the audit record."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


def given(body: BaseModel) -> dict[str, Any]:
    """The fields the caller sent: what is absent stays as it is."""
    return {name: getattr(body, name) for name in body.model_fields_set}


def difference(row: Any, values: dict[str, Any]) -> dict[str, Any]:
    """``{field: [before, after]}`` of the values that differ from the row's."""
    return {
        name: [getattr(row, name), value]
        for name, value in values.items()
        if getattr(row, name) != value
    }
