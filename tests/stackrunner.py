"""Run a stack for the tests, until SIGTERM or until their process ends (then its data goes too).

Usage: `python -m tests.stackrunner HOME CONTROLLER_PID OPTIONS_JSON`.
"""

import asyncio
import json
import shutil
import signal
import sys
from pathlib import Path

import psutil

from backend.stack.options import StackOptions
from backend.stack.stack import Stack


async def _end_with(pid: int, stop: asyncio.Event) -> None:
    while psutil.pid_exists(pid):
        await asyncio.sleep(1)
    stop.set()


async def main(home: str, controller: str, options: str) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    watcher = asyncio.create_task(_end_with(int(controller), stop))
    await Stack(Path(home), StackOptions(**json.loads(options))).run(stop)
    watcher.cancel()
    if not psutil.pid_exists(int(controller)):
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
