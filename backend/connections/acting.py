"""How a person of the console is known to a cluster that decides too (identity, section 2.5).

With `rights = "both"` a cluster is asked as the caller, by impersonation:

| In the cluster | Is |
|---|---|
| user ``craton:<login>`` | the person (``craton:service/<id>``: a service account) |
| group ``craton:<role>`` | holds that role on the whole cluster (or the organisation) |
| group ``craton:<role>:<namespace>`` | holds that role in that namespace |
| group ``craton:team/<id>`` | belongs to that team |
| group ``craton:group/<provider>/<name>`` | belongs to that group of an identity provider |

So a cluster's administrator grants rights to the console's roles, or to single people, by
ordinary role bindings. Everything is made from the `Principal`: nothing a browser sends gets
here, and no name can begin with ``system:``.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from auth import scope
from auth.principal import Principal
from auth.scope import covers
from auth.subject import SubjectKind
from integrations.caller import MAX_GROUPS, MAX_NAME, Caller, Impersonation
from integrations.kubernetes.settings import ConnectionSettings, RightsSource

__all__ = ["PREFIX", "kubernetes_caller"]

PREFIX: Final = "craton:"
_PLAIN: Final = "@._+-"


def kubernetes_caller(
    principal: Principal, settings: ConnectionSettings, namespace: str = ""
) -> Caller | None:
    """On whose behalf this cluster is asked; None where the console's rights alone decide.

    Of very many groups those of the whole cluster and of `namespace` come first.
    """
    if settings.rights is RightsSource.CONSOLE:
        return None
    groups = _roles(principal, settings.name) | _memberships(principal)
    suffix = ":" + _name(namespace)
    ordered = sorted(groups, key=lambda g: (g.count(":") > 1 and not g.endswith(suffix), g))
    return Impersonation(_user(principal), tuple(ordered[:MAX_GROUPS]))


def _user(principal: Principal) -> str:
    if principal.subject.kind is SubjectKind.USER:
        return (PREFIX + _name(principal.login))[:MAX_NAME]
    return f"{PREFIX}{principal.subject.kind.value}/{_name(principal.subject.id)}"[:MAX_NAME]


def _memberships(principal: Principal) -> set[str]:
    named = {
        f"{PREFIX}{subject.kind.value}/{quote(subject.id, safe=_PLAIN + '/')}"
        for subject in principal.subjects
        if subject.kind in {SubjectKind.TEAM, SubjectKind.GROUP}
    }
    return {group for group in named if len(group) <= MAX_NAME}


def _roles(principal: Principal, cluster: str) -> set[str]:
    whole = scope.cluster(principal.organisation, cluster)
    inside = len(scope.namespace(principal.organisation, cluster, "x"))
    groups = set()
    for binding in principal.policy.bindings:
        role = PREFIX + _name(binding.role.id)
        if covers(binding.scope, whole):
            groups.add(role)
        elif covers(whole, binding.scope) and len(binding.scope) == inside:
            groups.add(f"{role}:{_name(binding.scope[-1])}")
    return {group for group in groups if len(group) <= MAX_NAME}


def _name(text: str) -> str:
    """Visible ASCII without our separator, the same for no two names."""
    return quote(text, safe=_PLAIN)
