"""The frontend's generated client is that of the REST interface and the socket as they are."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from backend.app import create_app
from backend.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def meaningful(folder: Path) -> dict[str, list[str]]:
    """Every file's lines, without the one that repeats where the document was read from, and
    without the index that the tool adds when it is told on the command line where to write."""
    return {
        str(file.relative_to(folder)): [
            line for line in file.read_text().splitlines() if "baseUrl" not in line
        ]
        for file in sorted(folder.rglob("*.gen.ts"))
    }


def run(command: list[Path | str]) -> None:
    path = f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=ROOT / "frontend",
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout


def test_client_is_current(tmp_path: Path) -> None:
    """After a change of the interface: `make openapi`."""
    document = tmp_path / "openapi.json"
    described = create_app(Settings(home=tmp_path, port=0)).openapi()
    document.write_text(json.dumps(described, sort_keys=True))
    written = tmp_path / "generated"
    run([ROOT / "frontend/node_modules/.bin/openapi-ts", "-i", document, "-o", written])
    run([ROOT / ".venv/bin/node", "build/bodies.ts", document, written])
    assert meaningful(written) == meaningful(ROOT / "frontend/src/api/generated")


def test_operations_are_called_differently(tmp_path: Path) -> None:
    """The generated functions bear the handlers' names."""
    paths = create_app(Settings(home=tmp_path, port=0)).openapi()["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]
    assert sorted(set(names)) == sorted(names)
