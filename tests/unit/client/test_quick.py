"""Commands that ask a console start at once: nothing of the server is imported."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
import backend.cli, backend.client.asking, backend.client.watch, backend.client.keys
heavy = {"fastapi", "sqlalchemy", "starlette", "uvicorn", "pydantic", "cryptography", "structlog"}
print(sorted(heavy & set(sys.modules)))
"""


def test_nothing_of_the_server_is_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.strip() == "[]"
