"""Which way a condition is good: Kubernetes leaves that to the type's name."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from integrations.kubernetes.models.meta import Condition

__all__ = ["is_good", "phase_is_good", "wrong_on_a_node"]

_GOOD_TRUE: Final = frozenset(
    {
        "EtcdIsVoter",
        "PodReadyToStartContainers",
        "PodScheduled",
        "ResolvedRefs",
        "SuccessCriteriaMet",
    }
)
_GOOD_FALSE: Final = frozenset({"DisruptionTarget", "FailureTarget", "OutOfSync"})
_GOOD_WORDS: Final = """
    accepted active admitted applied approved attached available bound complete completed
    connected deployed established finished healthy initialized installed issued joined live met ok
    online passed programmed progressing provisioned reachable ready reconciled registered released
    resolved running signed success succeeded successful synced up valid validated verified
    """
_BAD_WORDS: Final = """
    blocked broken conflict conflicted conflicts corrupt corrupted corruption crash crashed
    crashing damaged deadlock degraded denied disconnected down drift drifted error errors evicted
    exceeded expired fail failed failing failure failures fault faulty hung insufficient invalid
    leaking lost missing offline orphaned overloaded pressure problem problems readonly rejected
    stalled stuck terminating throttled timeout unavailable unhealthy unreachable unready
    unschedulable violation violations"""
_GOOD: Final = frozenset(_GOOD_WORDS.split())
_BAD: Final = frozenset(_BAD_WORDS.split())
"""Words of the one kind and of the other: of a type in CamelCase the last of them decides."""
_NOT: Final = frozenset({"no", "non", "not", "never", "without"})
_NOT_YET: Final = frozenset({"complete", "completed", "finished"})
"""Ends of a way: as long as they are not True, it is still gone."""
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
    words = [word.lower() for word in _WORD.findall(name.rpartition("/")[2])]
    for place in range(len(words) - 1, -1, -1):
        word = words[place]
        if word in _GOOD or word in _BAD:
            turned = sum(other in _NOT for other in words[:place]) % 2 == 1
            return ("" if turned else word, (word in _GOOD) is not turned)
    return ("", None)


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
    """The same of a ``phase`` or ``state``: a word that holds."""
    return is_good(phase, "True", custom=True) if phase else None


def wrong_on_a_node(condition: Condition) -> bool:
    """Whether a node's condition tells of trouble. What is not known by name follows the
    convention of node-problem-detector: a condition is a problem when it is True."""
    if condition.status == "Unknown":
        return condition.type == "Ready"
    good = is_good(condition.type, condition.status)
    return condition.status == "True" if good is None else not good
