"""Taking away what the real nodes of one stack left: at its end, and before each start.

The kernel ends the processes of a machine, its mounts and its inner network with its init
(`machine.py`). Left are the bridge and the control groups, which are empty then; what still runs in
a machine or a group of ours is killed first.
"""

import time
from pathlib import Path

import psutil

from backend.stack.nodes.groups import empty, groups_of
from backend.stack.nodes.network import remove_links

PATIENCE = 10.0


def end_machines(conf: Path) -> list[str]:
    """Kill the inits that still run, or have not quite ended; gives their machines' names."""
    found = {}
    for path in conf.glob("*.pid"):
        machine = path.with_suffix(".json")
        try:
            process = psutil.Process(int(path.read_text()))
            # A process of the same number that came later was not told of this machine.
            if str(machine) in process.cmdline():
                process.kill()
                found[path.stem] = process
        except (psutil.Error, ValueError, OSError):
            pass
        path.unlink(missing_ok=True)
    psutil.wait_procs(list(found.values()), timeout=PATIENCE)
    return list(found)


def sweep(tag: str) -> list[str]:
    """Take away everything named after this tag; gives what was found."""
    found = [str(group) for group in groups_of(tag)]
    deadline = time.monotonic() + PATIENCE
    while not empty(tag) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found + remove_links(f"cr-{tag}")
