"""How much a state needs an operator's eye: the one scale every system's words are put on."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Concern"]


class Concern(IntEnum):
    """Worst first, so that it is also the order of a table.

    `ERROR`: does not work. `WARNING`: works in part, or will stop. `PROGRESS`: on its way.
    `HELD`: as somebody asked, and not in use (cordoned, suspended, scaled to zero). `FINE`.
    """

    ERROR = 0
    WARNING = 1
    PROGRESS = 2
    HELD = 3
    FINE = 4
