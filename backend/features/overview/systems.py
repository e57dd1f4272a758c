"""The state of each system, from the freshness of its sources and its problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from auth.principal import Principal
from auth.role import Verb
from backend.features.overview.schemas import FreshnessView, SystemState, SystemView
from backend.live.guard import guard_of
from backend.live.registry import Registry
from integrations.contract import FeedState, Freshness
from integrations.kubernetes.metadata_watches import DELETIONS

__all__ = [
    "absent",
    "for_a_team",
    "freshness_of",
    "kubernetes_sentence",
    "part_of",
    "state_of",
    "trouble_in_words",
    "unseen_in_words",
]

_GOOD = frozenset({FeedState.LIVE, FeedState.POLLING})
_WORSE = (
    FeedState.LIVE,
    FeedState.POLLING,
    FeedState.CONNECTING,
    FeedState.DENIED,
    FeedState.STALE,
)
_WHOLE = 2
"""A scope of so many parts, ``org/name``, is the whole organisation."""


def freshness_of(registry: Registry, caller: Principal, system: str) -> list[FreshnessView]:
    """Each source of `system` that may be named to the caller, once, by name."""
    found: dict[str, Freshness] = {}
    for source in registry:
        guard = guard_of(caller, source.collection)
        if not guard.scopes:
            continue
        for item in source.freshness(guard):
            if item.source.partition("/")[0] == system:
                found[item.source] = _worse(found.get(item.source), item)
    return [
        FreshnessView(source=f.source, state=f.state, since=f.since, message=f.message)
        for _, f in sorted(found.items())
    ]


def state_of(freshness: Sequence[FreshnessView], problems: int) -> SystemState:
    """Down when nothing is fresh any more, degraded when something is not, or is a problem."""
    states = [item.state for item in freshness]
    if not states:
        return SystemState.ABSENT
    if all(state is FeedState.CONNECTING for state in states):
        return SystemState.CONNECTING
    if not any(state in _GOOD for state in states) and FeedState.STALE in states:
        return SystemState.DOWN
    if problems or any(state in {FeedState.STALE, FeedState.DENIED} for state in states):
        return SystemState.DEGRADED
    if FeedState.CONNECTING in states:
        return SystemState.CONNECTING
    return SystemState.OK


def trouble_in_words(freshness: Iterable[FreshnessView]) -> str:
    """Why the first source that is not fresh is so; empty when all are."""
    for item in freshness:
        if item.state in {FeedState.STALE, FeedState.DENIED}:
            return item.message or f"{item.source} is {item.state}"
    return ""


def unseen_in_words(freshness: Iterable[FreshnessView]) -> str:
    """What is not known of clusters that are otherwise as told; empty when everything is."""
    return "; ".join(
        item.message
        for item in freshness
        if item.source.endswith(f"/{DELETIONS}") and item.state is FeedState.LIVE and item.message
    )


def absent(name: str, state: SystemState) -> str:
    """Why nothing is told of a system; empty when something is."""
    if state is SystemState.HIDDEN:
        return "Outside your rights."
    return f"No {name} is connected." if state is SystemState.ABSENT else ""


def for_a_team(view: SystemView) -> SystemView:
    """The same, as somebody is told who looks at what a team owns."""
    if view.state is not SystemState.HIDDEN:
        return view
    return view.model_copy(update={"sentence": "The team owns nothing here that you may see."})


def kubernetes_sentence(state: SystemState, counts: Mapping[str, int]) -> str:
    """What the counts say; of machines nothing to who may see none."""
    if nothing := absent("Kubernetes", state):
        return nothing
    if state is SystemState.CONNECTING:
        return "Reading the cluster for the first time."
    parts = []
    if counts.get("machines"):
        machines, bad = counts["machines"], counts["machines_unhealthy"]
        parts.append(f"{machines - bad} of {machines} machines ready")
    if "workloads" in counts:
        total, bad = counts["workloads"], counts["workloads_unhealthy"]
        parts.append(
            f"{bad} of {total} workloads not as asked" if bad else "workloads run as asked"
        )
    text = ", ".join(parts)
    return f"{text[:1].upper()}{text[1:]}"


def part_of(caller: Principal) -> str:
    """Which part of the organisation a caller with few rights sees, in words; empty for all."""
    scopes = caller.policy.scopes("problem", Verb.LIST)
    if any(len(held) <= _WHOLE for held in scopes):
        return ""
    return ", ".join(_place(held[_WHOLE:]) for held in sorted(scopes))


def _place(rest: Sequence[str]) -> str:
    """``("cluster", "local", "ns", "shop")`` → ``namespace shop in local``."""
    pairs = dict(zip(rest[::2], rest[1::2], strict=False))
    if "ns" in pairs:
        return f"namespace {pairs['ns']} in {pairs['cluster']}"
    return ", ".join(f"{kind} {name}" for kind, name in pairs.items())


def _worse(known: Freshness | None, new: Freshness) -> Freshness:
    if known is None or _WORSE.index(new.state) > _WORSE.index(known.state):
        return new
    return known
