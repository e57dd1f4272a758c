"""Why a program could not be had or does not run, as one line with what to do.

What Go and the servers print ends with many lines that say nothing: downloads under way, summaries.
The line that names a known cause of the machine's is looked for; else the last that says anything.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

__all__ = ["cause_of"]

_LONGEST: Final = 300
_ENDING: Final = 140
"""Characters that are shown of a line at most, and of its end: what went wrong stands there, behind
the paths."""
_READ: Final = 10_000
_CAUSES: Final[tuple[tuple[str, str], ...]] = (
    (
        r"no space left on device|disk quota exceeded",
        "The disk is full. Free some, or name another place with CRATON_CACHE, GOCACHE or TMPDIR.",
    ),
    (
        (
            r"(?:mkdir|creat|open|unlinkat|workdir|TMPDIR|tmp).*"
            r"(?:permission denied|read-only file system|not a directory|no such file or directory)"
            r"|(?:permission denied|read-only file system).*(?:tmp|temp|cache)"
        ),
        "A folder cannot be written. Give TMPDIR, GOCACHE and CRATON_CACHE folders that can.",
    ),
    (
        r"fork/exec .*permission denied|text file busy",
        "Programs may not run where they are built (noexec). Name another place with GOTMPDIR.",
    ),
    (
        (
            r"no such host|dial tcp|i/o timeout|TLS handshake|connection refused.*proxy"
            r"|proxyconnect|network is unreachable|failure in name resolution|403 Forbidden"
            r"|certificate signed by unknown authority|GOPROXY=off|Could not connect"
            r"|Failed to fetch"
        ),
        "The module proxy cannot be reached. Check the network, HTTPS_PROXY and GOPROXY.",
    ),
    (
        r"address already in use",
        "Its port was taken meanwhile. End the other program, then: craton stack retry",
    ),
    (
        r"kernel too old|function not implemented|invalid system call|exec format error",
        "This kernel or processor cannot run it: Linux 4.4 or newer on amd64 or arm64 is needed.",
    ),
    (
        r"signal: killed|out of memory|cannot allocate memory",
        "The memory did not suffice. End other programs, or set GOMAXPROCS=1 for the build.",
    ),
    (r"too many open files", "Too few files may be open. Raise the limit: ulimit -n 4096"),
)
_NOTHING_SAID: Final = re.compile(r"^(?:go: downloading |go: finding |#|\s*$|exit status \d)")


def cause_of(lines: Sequence[str]) -> str:
    """The cause in one line: what to do, and the line that says it; empty where none does."""
    said = [" ".join(line[:_READ].split()) for line in lines if not _NOTHING_SAID.match(line)]
    for pattern, advice in _CAUSES:
        for line in reversed(said):
            if re.search(pattern, line, re.IGNORECASE):
                return f"{advice} ({_shortened(line)})"
    return _shortened(said[-1]) if said else ""


def _shortened(line: str) -> str:
    if len(line) <= _LONGEST:
        return line
    return f"{line[: _LONGEST - _ENDING]} … {line[-_ENDING:]}"
