"""What ends a command: a sentence for people and an exit code for scripts."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["CommandFailed", "Exit"]


class Exit(IntEnum):
    """Exit codes of the commands that ask a console; 2 is the wrong use of a command."""

    REFUSED = 1
    USAGE = 2
    NOT_SIGNED_IN = 3
    UNREACHABLE = 4


class CommandFailed(Exception):
    """The command ends here: `str()` is the sentence, `code` how it exits."""

    def __init__(self, sentence: str, code: Exit = Exit.REFUSED) -> None:
        super().__init__(sentence)
        self.code = code
