"""Run a stack for the tests, until SIGTERM or until their process ends (then its data goes too).

Usage: `python -m tests.stackrunner HOME CONTROLLER_PID OPTIONS_JSON`.
"""

import asyncio
import json
import shutil
import signal
import sys
import threading
from pathlib import Path

from backend.stack.options import StackOptions
from backend.stack.stack import Stack
from tests.ports import share_ports
from tests.processes import wait_for_end


async def main(home: str, controller: str, options: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    orphaned = threading.Event()

    def end_with_it() -> None:
        wait_for_end(int(controller))
        orphaned.set()
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=end_with_it, daemon=True).start()
    share_ports()
    await Stack(Path(home), StackOptions(**json.loads(options))).run(stop)
    if orphaned.is_set():
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
