"""Run as a script: become another program, of another user, that dies with its parent.

Usage: `python -I -S launcher.py USER LAUNCH PARENT_PID PROGRAM ARGUMENT...`; LAUNCH is the
stack's launcher, an empty USER the present one. PostgreSQL refuses to run as root, and Linux
forgets a request to die with the parent when the user changes: so the user comes first.
"""

import os
import pwd
import runpy
import sys


def main(user: str, launch: str, *rest: str) -> None:
    """Turn into the program; does not return."""
    become = runpy.run_path(launch)["main"]
    if user:
        account = pwd.getpwnam(user)
        os.initgroups(user, account.pw_gid)
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    become(list(rest))


if __name__ == "__main__":
    main(*sys.argv[1:])
