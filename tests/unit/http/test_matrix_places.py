"""The matrix of operations, roles and scopes has no gap: every operation has its place."""

from __future__ import annotations

from pathlib import Path

from backend.app import create_app
from backend.http.requirements import EXTENSION
from backend.settings import Settings
from tests.integration.authz.place import LatePlace, OwnPlace, Place
from tests.integration.authz.places import MATRIX


def test_every_operation_has_its_place_in_the_matrix(tmp_path: Path) -> None:
    paths = create_app(Settings(home=tmp_path)).openapi()["paths"]
    operations = {
        f"{method.upper()} {path.removeprefix('/api/v1')}": operation[EXTENSION]
        for path, methods in paths.items()
        for method, operation in methods.items()
    }
    guarded = {name: needs for name, needs in operations.items() if "public" not in needs[0]}
    assert set(MATRIX) == set(guarded)
    for name, needs in guarded.items():
        late = "decides" in needs[0]
        assert isinstance(MATRIX[name], LatePlace | OwnPlace if late else Place), name
