"""How a person of the console is known to a cluster that decides too (identity, section 2.5).

With `rights = "both"` a cluster is asked as the caller, by impersonation:

| In the cluster | Is |
|---|---|
| user ``craton:<login>`` | the person |
| group ``craton:<role>`` | holds that role on the whole cluster (or the organisation) |
| group ``craton:<role>:<namespace>`` | holds that role in that namespace |

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
from integrations.caller import MAX_GROUPS, MAX_NAME, Caller, Impersonation
from integrations.kubernetes.settings import ConnectionSettings, Rights

__all__ = ["PREFIX", "kubernetes_caller"]

PREFIX: Final = "craton:"
_PLAIN: Final = "@._+-"


def kubernetes_caller(
    principal: Principal, settings: ConnectionSettings, namespace: str = ""
) -> Caller | None:
    """On whose behalf this cluster is asked; None where the console's rights alone decide.

    Of very many groups those of the whole cluster and of `namespace` come first.
    """
    if settings.rights is Rights.CONSOLE:
        return None
    user = PREFIX + _name(principal.login)
    groups = _groups(principal, settings.name)
    suffix = ":" + _name(namespace)
    ordered = sorted(groups, key=lambda g: (g.count(":") > 1 and not g.endswith(suffix), g))
    return Impersonation(user[:MAX_NAME], tuple(ordered[:MAX_GROUPS]))


def _groups(principal: Principal, cluster: str) -> set[str]:
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
