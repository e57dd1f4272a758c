"""Run as a script: become another program that dies with its parent.

Usage: `python -I -S launch.py PARENT_PID PROGRAM ARGUMENT...`. It asks Linux to
kill it when the parent ends (elsewhere the next start of the stack cleans up)
and turns into the program. Done here and not in `preexec_fn`, which is unsafe
in a process with threads.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Turn into the program; does not return."""
    parent, program = int(arguments[0]), arguments[1]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the request was in force
            sys.exit(1)
    os.execv(program, arguments[1:])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
