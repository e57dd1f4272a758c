"""Whether the console lets the caller ask that of a cluster. The cluster decides as well."""

from __future__ import annotations

from typing import Final

from auth import scope
from auth.principal import Principal
from auth.scope import Scope, covers
from auth.verb import Verb
from backend.features.cluster.kinds import permission_of
from backend.features.cluster.kubectl.asked import Asked

__all__ = ["Need", "asks_who_is_there", "may_reach", "needs", "place_of"]

Need = tuple[str, Verb]
"""A kind and the verb on it."""

_SELF: Final = frozenset({"selfsubjectaccessreviews", "selfsubjectrulesreviews"})
"""What somebody may themselves: `kubectl auth can-i`."""
_VERBS: Final = {
    "get": Verb.GET,
    "list": Verb.LIST,
    "watch": Verb.WATCH,
    "create": Verb.CREATE,
    "update": Verb.UPDATE,
    "patch": Verb.UPDATE,
    "delete": Verb.DELETE,
    "deletecollection": Verb.DELETE,
}
_OF_PODS: Final = {
    "log": Verb.LOGS,
    "eviction": Verb.EVICT,
    "ephemeralcontainers": Verb.EXEC,
}


def may_reach(caller: Principal, cluster: str) -> bool:
    """Whether the caller holds anything in the cluster: for others it is not there."""
    whole = scope.cluster(caller.organisation, cluster)
    places = (binding.scope for binding in caller.policy.bindings)
    return any(covers(place, whole) or covers(whole, place) for place in places)


def place_of(caller: Principal, cluster: str, asked: Asked) -> Scope:
    """Where it lies: in its namespace, else in the cluster as a whole."""
    if asked.namespace:
        return scope.namespace(caller.organisation, cluster, asked.namespace)
    return scope.cluster(caller.organisation, cluster)


def needs(asked: Asked) -> list[Need]:
    """The rights it needs, all of them; the first is what is done. Nothing is read of a Secret
    without the right to reveal it, whatever the verb: most answers hold the object. What is applied
    may be created by that; a part of an object (its status) is not."""
    if asked.group == "authorization.k8s.io" and asked.resource in _SELF:
        return []
    kind, verb = permission_of(asked.resource, asked.group), _VERBS[asked.verb]
    if asked.resource == "pods" and not asked.group and asked.subresource in _OF_PODS:
        verb = _OF_PODS[asked.subresource]
        if asked.subresource == "ephemeralcontainers" and asked.verb == "get":
            verb = Verb.GET
    elif asked.subresource == "scale" and verb is Verb.UPDATE and kind == "workload":
        verb = Verb.SCALE
    elif asked.subresource and verb in {Verb.CREATE, Verb.DELETE}:
        verb = Verb.UPDATE
    found = [(kind, verb)]
    if asked.applies and not asked.subresource:
        found.append((kind, Verb.CREATE))
    if asked.verb == "deletecollection":
        found.append((kind, Verb.LIST))
    if kind == "secret":
        found.append((kind, Verb.REVEAL))
    return found


def asks_who_is_there(needed: list[Need]) -> bool:
    """Whether it opens a terminal or a Secret (security reference, section 7)."""
    return any(verb in {Verb.EXEC, Verb.REVEAL} for _, verb in needed)
