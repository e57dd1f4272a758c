"""Which way a condition is good: Kubernetes leaves that to the type's name."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from integrations.kubernetes.models.meta import Condition

__all__ = ["is_good", "phase_is_good", "spelled", "wrong_on_a_node"]

_GOOD_TRUE: Final = frozenset(
    {
        "EtcdIsVoter",
        "PodReadyToStartContainers",
        "PodScheduled",
        "ResolvedRefs",
        "ScalingActive",
        "SuccessCriteriaMet",
    }
)
_GOOD_FALSE: Final = frozenset({"DisruptionTarget", "FailureTarget", "OutOfSync"})
_GOOD_WORDS: Final = """
    accepted admitted applied approved attached available bound complete completed compliant
    connected consistent deployed established finished functional healthy initialized installed
    issued joined met ok online operational passed programmed progressing provisioned reachable
    ready reconciled registered released resolved responsive schedulable signed stable success
    succeeded successful synced synchronised synchronized usable valid validated verified
    """
_BAD_WORDS: Final = """
    blocked broken conflict conflicted conflicts corrupt corrupted corruption crash crashed
    crashing damaged deadlock degraded denied disconnected drift drifted error errors evicted
    exceeded expired fail failed failing failure failures fault faulty hung inconsistent
    insufficient invalid leaking lost missing noncompliant offline orphaned overloaded pressure
    problem problems readonly rejected stalled stuck terminating throttled timeout unavailable
    unhealthy unreachable unready unresponsive unschedulable unstable unsynchronised
    unsynchronized unusable violation violations"""
_GOOD: Final = frozenset(_GOOD_WORDS.split())
_BAD: Final = frozenset(_BAD_WORDS.split())
"""Words of the one kind and of the other: of a type in CamelCase the last of them decides. Not
among them is what tells no more than that something is on (active, running, live) or where it
goes (up, down): ``MaintenanceActive`` is no good news, ``ScalingUp`` is none of either kind."""
_NOT: Final = frozenset({"no", "non", "not", "never", "without"})
_FREE: Final = frozenset({"free", "less"})
"""After a word they turn it: ``ErrorFree``."""
_PHASES: Final = {"active": True, "live": True, "running": True, "up": True, "down": False}
"""What says something only where it is the whole phase."""
_ONE_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_ON_THE_WAY: Final = frozenset(
    {"awaiting", "becoming", "for", "pending", "to", "until", "wait", "waiting"}
)
"""Words of a phase that only leads to what is good."""
_NOT_YET: Final = frozenset({"complete", "completed", "finished"})
"""Ends of a way: as long as they are not True, it is still gone."""
_PRESENT: Final = frozenset({"alive", "configured", "enabled", "live", "loaded", "running"})
"""What ends a type that only says of a part of a node that it is there: no trouble."""
_UP: Final = "up"
"""What is up works (``NodeUp``, ``LinkUp``), unless it only goes there (``WarmingUp``)."""
_PASSING: Final = frozenset({"progressing"})
"""Of a deployment good; elsewhere it comes and goes."""
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@lru_cache(maxsize=4096)
def _decisive(name: str) -> tuple[str, bool | None]:
    """The word that decides, and the status (True or False) that is good; None: no word of it
    says so."""
    if name in _GOOD_TRUE:
        return (name, True)
    if name in _GOOD_FALSE:
        return (name, False)
    words = _words(name.rpartition("/")[2])
    for place in range(len(words) - 1, -1, -1):
        word = words[place]
        if word in _GOOD or word in _BAD:
            turns = sum(other in _NOT for other in words[:place])
            turned = (turns + sum(other in _FREE for other in words[place + 1 :])) % 2 == 1
            return ("" if turned else word, (word in _GOOD) is not turned)
    return ("", None)


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def is_good(name: str, status: str, *, custom: bool = False) -> bool | None:
    """Whether a condition called `name` with this `status` is as it should be; None where the
    name does not say which way is good, or the status is neither True nor False. `custom`: of an
    object whose kind Kubernetes does not bring along."""
    word, wanted = _decisive(name)
    if wanted is None or status not in {"True", "False"} or (custom and word in _PASSING):
        return None
    good = (status == "True") is wanted
    return None if not good and word in _NOT_YET else good


def phase_is_good(phase: str) -> bool | None:
    """The same of a ``phase`` or ``state``: a word that holds. A sentence says too much to be
    judged by one of its words ("Setting up primary"), and nothing is good that is waited for."""
    if _ONE_WORD.fullmatch(phase) is None:
        return None
    whole = _PHASES.get(phase.lower())
    good = is_good(phase, "True", custom=True) if whole is None else whole
    return None if good and not _ON_THE_WAY.isdisjoint(_words(phase)) else good


def wrong_on_a_node(condition: Condition) -> bool:
    """Whether a node's condition tells of trouble. What is not known by name follows the
    convention of node-problem-detector: a condition is a problem when it is True."""
    name, status = condition.type, spelled(condition.status)
    if status == "Unknown":
        return name == "Ready"
    good = is_good(name, status)
    if good is not None:
        return not good
    *before, last = _words(name) or [""]
    if last == _UP and not "".join(before[-1:]).endswith("ing"):
        return status == "False"
    return status == "True" and last not in _PRESENT


def spelled(status: str) -> str:
    """``True``, ``False`` or ``Unknown``, also of what writes them small."""
    return status.capitalize() if status.lower() in {"true", "false", "unknown"} else status
