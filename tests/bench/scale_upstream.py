"""A plain watcher of the API server's pods, beside the console: when could anybody know?

A process of its own, so that it does not wait for the bench:
`python -m tests.bench.scale_upstream HOME` prints `<restarts> <time>` for each change.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.scale_changes import api_client
from tests.processes import start

__all__ = ["watched"]

RESTARTS = re.compile(r'"restartCount":(\d+)')


@contextmanager
def watched(home: Path) -> Iterator[dict[int, float]]:
    """Watch while the block runs; after it, when each change was seen, by its number."""
    seen: dict[int, float] = {}
    command = [sys.executable, "-m", "tests.bench.scale_upstream", str(home)]
    with (
        tempfile.TemporaryFile("w+") as printed,
        start(*command, stdout=printed) as watcher,
    ):
        try:
            yield seen
        finally:
            watcher.terminate()
            watcher.wait(30)
            printed.seek(0)
            for line in printed:
                number, _, at = line.partition(" ")
                if at.endswith("\n"):
                    seen.setdefault(int(number), float(at))


def _watch(home: Path) -> None:
    with api_client(home) as client:
        page = client.get("/api/v1/pods", params={"limit": 1}).raise_for_status().json()
        params = {"watch": "1", "resourceVersion": page["metadata"]["resourceVersion"]}
        with client.stream("GET", "/api/v1/pods", params=params) as stream:
            for line in stream.iter_lines():
                found = RESTARTS.search(line)
                if found:
                    sys.stdout.write(f"{found[1]} {time.time():.4f}\n")


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # text, as always
    _watch(Path(sys.argv[1]))
