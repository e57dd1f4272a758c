"""Run the PostgreSQL that the workers of a test run share, until the run ends.

Usage: `python -m tests.postgresrunner FOLDER CONTROLLER_PID`. FOLDER, removed at the end, gets a
file `ready` with the port. Killed, this process takes the server with it.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.databases import migrate
from tests.postgres import FAST, MIGRATED, Cluster
from tests.processes import wait_for_end


def main(folder: Path, controller: int) -> None:
    """Returns once the process `controller` has ended and everything is cleared up."""
    server: Cluster | None = None
    try:
        server = Cluster(folder, FAST)
        server.start()
        migrate(server.create_database(MIGRATED))
        draft = folder / "ready.new"
        draft.write_text(str(server.port))
        draft.replace(folder / "ready")
        wait_for_end(controller)
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
