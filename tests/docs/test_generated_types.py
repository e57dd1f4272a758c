"""The frontend's generated types are those of the REST interface as it is."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from backend.app import create_app
from backend.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TYPES = "types.gen.ts"


def meaningful(file: Path) -> list[str]:
    """Without the line that repeats where the document was read from."""
    return [line for line in file.read_text().splitlines() if "baseUrl" not in line]


def test_types_are_current(tmp_path: Path) -> None:
    """After a change of the interface: `make openapi`."""
    document = tmp_path / "openapi.json"
    described = create_app(Settings(home=tmp_path, port=0)).openapi()
    document.write_text(json.dumps(described, sort_keys=True))
    tool = ROOT / "frontend/node_modules/.bin/openapi-ts"
    path = f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [tool, "-i", document, "-o", tmp_path / "generated"],
        cwd=ROOT / "frontend",
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    committed = ROOT / "frontend/src/api/generated" / TYPES
    assert meaningful(tmp_path / "generated" / TYPES) == meaningful(committed)
