"""The data a new stack starts with. Running a seed again changes nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from backend.stack.components.context import Context

Tell = Callable[[float | None, str], None]


@dataclass(frozen=True, slots=True)
class Seed:
    """One system's first data: what must be ready, and what is then done."""

    name: str
    title: str
    needs: tuple[str, ...]
    run: Callable[[Context, Tell], Awaitable[None]]


SEEDS: tuple[Seed, ...] = ()
