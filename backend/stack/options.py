"""What a stack can be told."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from backend.stack.paths import cache_root

DEFAULT_NODES = 12
DEFAULT_PODS = 80
DEFAULT_REAL_NODES = 2
MOST_REAL_NODES = 9
LARGE_NODES = 200
LARGE_PODS = 1500


def _number(name: str, default: int) -> int:
    number = _given(name)
    return default if number is None else number


def _given(name: str) -> int | None:
    text = os.environ.get(name, "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"{name} must be a whole number, not {text!r}")
    return int(text)


def _real_nodes() -> int | None:
    name = "CRATON_STACK_REAL_NODES"
    number = _given(name)
    if number is not None and number > MOST_REAL_NODES:
        raise ValueError(f"{name} must be at most {MOST_REAL_NODES}, not {number}")
    return number


@dataclass(frozen=True, slots=True)
class StackOptions:
    """The choices for one stack.

    `nodes` and `pods` size the simulation (pods: at least the ~80 of the
    believable workloads, which are always there when `seed` is on).
    `console_url` is where the registry sends its notifications; without it
    the registry sends none. `real_nodes` beside them are made of namespaces;
    None means two where the machine allows it. `durable` makes etcd wait for the disk and
    `known_ports` asks for the ports people know; tests turn both off.
    """

    nodes: int = DEFAULT_NODES
    pods: int = DEFAULT_PODS
    real_nodes: int | None = None
    console_url: str | None = None
    seed: bool = True
    durable: bool = True
    known_ports: bool = True
    cache: Path = field(default_factory=cache_root)

    @property
    def large(self) -> bool:
        """Whether the simulation is tuned for load instead of looks."""
        return self.nodes >= LARGE_NODES or self.pods >= LARGE_PODS

    @classmethod
    def from_environment(cls, console_url: str | None = None) -> "StackOptions":
        """Read `CRATON_STACK_NODES`, `…_PODS`, `…_REAL_NODES`; ValueError names a bad one."""
        return cls(
            nodes=_number("CRATON_STACK_NODES", DEFAULT_NODES),
            pods=_number("CRATON_STACK_PODS", DEFAULT_PODS),
            real_nodes=_real_nodes(),
            console_url=console_url,
        )
