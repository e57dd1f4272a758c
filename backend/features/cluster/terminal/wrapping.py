"""How a program is started in a container so that it ends with its page (reference of actions,
section 3).

Closing a socket ends no process that has a terminal, and a console that is killed can end nothing.
So two processes are started: the program, below a shell that bears a mark; and, before it, a
watchman without a terminal that waits for the end of its input, which comes whenever its socket is
gone, whoever closed it. Then it kills all of the marked shell's session. It needs a shell and no
other program, nothing writable, and no right beside that to exec.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final

__all__ = ["BEAT", "READY", "Params", "new_mark", "program", "watchman"]

Params = list[tuple[str, str]]

READY: Final = b"ready"
"""What the watchman says once it watches."""
BEAT: Final = b"\n"
"""What it is sent now and then, so that no connection is taken for idle."""

_SHELL: Final = "command -v bash >/dev/null 2>&1 && { bash; exit $?; }; sh; exit $?"
_TERM: Final = "TERM=xterm-256color; export TERM; "
_GIVEN: Final = '"$@"; exit $?'

# Where its machine's kubelet dies, the runtime kills the two processes it had started, and only
# those. So a child of the watchman watches, which has the input by another number, since that of a
# child in the background is empty; and with each beat it learns which session is the program's,
# whose first process bears the mark. `read` stops at a line's end and leaves out zero bytes: the
# mark stands on the first line of the program's /proc/*/cmdline and not of the watchman's. A shell
# that is just being started when the page closes is looked for a second time. A runtime that dies
# leaves the input open: where the shell can (dash cannot) no beat for long is the end, too.
_WATCHMAN: Final = """\
exec 3<&0
learn() {
  for process in /proc/[0-9]*; do
    line=
    { IFS= read -r line <"$process/cmdline"; } 2>/dev/null
    case $line in *"$mark"*) sessions="$sessions ${process#/proc/}";; esac
  done
}
(
mark=$1 sessions=
echo ready
limit=
( read -r -t 1 beat </dev/null; [ $? -lt 2 ] ) 2>/dev/null && limit='-t 90'
while read -r $limit beat <&3; do learn; done
for turn in 1 2 3 4 5 6 7 8 9 10; do
  learn
  left=
  for process in /proc/[0-9]*; do
    line=
    { IFS= read -r line <"$process/stat"; } 2>/dev/null || continue
    set -- ${line##*) }
    [ "$1" = Z ] && continue
    case " $sessions " in *" $4 "*) left="$left ${process#/proc/}";; esac
  done
  [ -n "$left" ] && kill -KILL $left 2>/dev/null
  [ -z "$left" ] && [ "$turn" -gt 1 ] && exit 0
  [ -z "$left" ] && { sleep 1 2>/dev/null || exit 0; }
done
exit 1
) &
wait $!
exit $?
"""


def new_mark() -> str:
    """What no other process bears."""
    return f"craton-{secrets.token_hex(12)}"


def program(container: str, mark: str, command: Sequence[str]) -> Params:
    """What is asked of `exec` for the program itself, in a terminal of its own."""
    script = _TERM + (_GIVEN if command else _SHELL)
    words = ["sh", "-c", script, mark, *command]
    return [("container", container), *_words(words), *_streams("stdin", "stdout", "tty")]


def watchman(container: str, mark: str) -> Params:
    """What is asked of `exec` for the one that ends it."""
    # The mark is no argument of the script's own name: it would be told from the program's by that.
    words = ["sh", "-c", _WATCHMAN, "craton-watchman", mark]
    return [("container", container), *_words(words), *_streams("stdin", "stdout", "stderr")]


def _words(words: Sequence[str]) -> Params:
    return [("command", word) for word in words]


def _streams(*names: str) -> Params:
    return [(name, "true") for name in names]
