"""The data a new stack starts with. Running a seed again changes nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from backend.stack.components.context import MEMBERS, Context
from backend.stack.seed.etcd import hold_lease, seed_etcd
from backend.stack.seed.kubernetes import seed_kubernetes
from backend.stack.seed.registry import seed_registry
from backend.stack.seed.tell import Tell


@dataclass(frozen=True, slots=True)
class Seed:
    """One system's first data: what must be ready, and what is then done.

    `keep` runs from then on for as long as the stack does.
    """

    name: str
    title: str
    needs: tuple[str, ...]
    run: Callable[[Context, Tell], Awaitable[None]]
    keep: Callable[[Context], Awaitable[None]] | None = None


SEEDS: tuple[Seed, ...] = (
    Seed("etcd-data", "Keys and values", MEMBERS, seed_etcd, hold_lease),
    Seed("registry-data", "Images", ("registry",), seed_registry),
    Seed(
        "kubernetes-data",
        "Nodes and workloads",
        ("kube-apiserver", "kube-controller-manager"),
        seed_kubernetes,
    ),
)
