"""What hashes cover is canonical JSON as the standard has it."""

from __future__ import annotations

from typing import Any

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from backend.audit.canonical import FIELDS, canonical
from backend.db.audit import AuditEntry

TEXT = st.text(st.characters(exclude_categories=("Cs",)))
TIME = st.floats(min_value=1e9, max_value=4e9)


@given(st.dictionaries(st.sampled_from(FIELDS), TEXT | TIME | st.integers(0, 2**53 - 1)))
def test_it_is_what_a_library_of_rfc_8785_writes(value: dict[str, Any]) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_every_column_of_an_entry_is_covered() -> None:
    assert set(FIELDS) == set(AuditEntry.model_fields)
