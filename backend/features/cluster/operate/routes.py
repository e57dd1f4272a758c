"""`/api/v1/clusters/…/{object}/…`: what can be done to an object, and doing it.

The routes of the actions are made from their declarations (`catalogue.ACTIONS`).
"""

from __future__ import annotations

from inspect import Parameter, Signature
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from auth.principal import Principal
from backend.connections.upstreams import Upstreams
from backend.errors import NotFoundProblem
from backend.features.cluster.kinds import scope_of
from backend.features.cluster.operate.action import ObjectAction
from backend.features.cluster.operate.catalogue import ACTIONS
from backend.features.cluster.operate.performing import Asking, find, perform, target_of
from backend.features.cluster.operate.placing import check_place, place_for
from backend.features.cluster.operate.revisions import REVISED, kept_revisions, revision_views
from backend.features.cluster.operate.schemas import Acted, Operable, Revisions
from backend.features.cluster.operate.state import needed, operable
from backend.features.cluster.service import permitted, resolve
from backend.http.attempt import Attempt
from backend.http.documented import UPSTREAM, answers
from backend.http.guard import Decides, require
from backend.http.stepup import require_fresh
from backend.http.versions import IfMatch
from backend.parts import part, parts_of
from backend.settings import Settings
from integrations.kubernetes.integration import INTEGRATION as KUBERNETES
from integrations.kubernetes.reader import ObjectReader

__all__ = ["Connected", "DryRun", "Name", "asking_of", "router"]

NONE = "-"
Name = Annotated[str, Path(max_length=253)]
DryRun = Annotated[
    bool, Query(description="Have the cluster try it, keep nothing, and tell what would change")
]
Connected = Annotated[Upstreams, part(Upstreams)]
Reader = Annotated[Principal, Decides("get on the kind in the path, in the object's namespace")]
OBJECT = "/{kind}/{namespace}/{name}"

router = APIRouter(
    tags=["kubernetes: actions"], prefix="/clusters/{cluster}", responses=answers(*UPSTREAM)
)


async def asking_of(
    caller: Principal,
    upstreams: Upstreams,
    place: tuple[str, str, str, str],
    *,
    if_match: str | None = None,
    dry_run: bool = False,
) -> Asking:
    """What the path names, for who may see it; 404 for others."""
    cluster, plural, namespace, name = place
    space = "" if namespace == NONE else namespace
    kind = permitted(caller, cluster, plural, space, name)
    connection = upstreams.find(KUBERNETES, cluster)
    kind = await resolve(ObjectReader(connection.client), kind)
    where = scope_of(caller.organisation, cluster, kind, space, name)
    return Asking(connection, caller, kind, space, name, where, if_match, dry_run)


@router.get(f"{OBJECT}/actions")
async def read_actions(
    caller: Reader, upstreams: Connected, *, cluster: Name, kind: Name, namespace: Name, name: Name
) -> Operable:
    """What can be done to an object as it stands, and whether the caller may."""
    asking = await asking_of(caller, upstreams, (cluster, kind, namespace, name))
    return await operable(asking.connection, caller, await find(asking), asking.where)


@router.get(f"{OBJECT}/revisions")
async def list_revisions(
    caller: Reader, upstreams: Connected, *, cluster: Name, kind: Name, namespace: Name, name: Name
) -> Revisions:
    """The revisions a workload can go back to, newest first, and what would differ."""
    asking = await asking_of(caller, upstreams, (cluster, kind, namespace, name))
    if asking.kind.plural not in REVISED or asking.kind.custom:
        raise NotFoundProblem(f"A {asking.kind.kind} has no revisions.")
    found = await find(asking)
    return Revisions(items=revision_views(found, await kept_revisions(asking.reader, found)))


class _Endpoint:
    """The route of one action: FastAPI reads its signature, which names the action's body."""

    def __init__(self, action: ObjectAction[Any]) -> None:
        self._action = action
        guard = Decides(f"{action.verb.value} on the kind in the path, in the object's namespace")
        parameters: dict[str, Any] = {
            "request": Request,
            "caller": Annotated[Principal, guard],
            "body": action.body,
            "upstreams": Connected,
            "cluster": Name,
            "kind": Name,
            "namespace": Name,
            "name": Name,
        }
        optional: dict[str, tuple[Any, Any]] = {
            "if_match": (IfMatch, None),
            "dry_run": (DryRun, False),
        }
        self.__name__ = f"{action.id}_object"
        self.__doc__ = f"{action.title}."
        self.__signature__ = Signature(
            [
                *(
                    Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind)
                    for name, kind in parameters.items()
                ),
                *(
                    Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind, default=default)
                    for name, (kind, default) in optional.items()
                ),
            ],
            return_annotation=Acted,
        )

    async def __call__(self, request: Request, caller: Principal, body: Any, **given: Any) -> Acted:
        """Do it, for who may."""
        action = self._action
        place = (given["cluster"], given["kind"], given["namespace"], given["name"])
        asking = await asking_of(
            caller, given["upstreams"], place,
            if_match=given["if_match"], dry_run=given["dry_run"],
        )  # fmt: skip
        if not action.suits(asking.kind):
            raise NotFoundProblem(f"A {asking.kind.kind} has no such action.")
        right, verb = needed(action, asking.kind)
        require(caller, right, verb, asking.where, "object")
        needed_at = place_for(action, asking.kind.plural, asking.where)
        check_place(caller, right, action, asking.where, needed_at)
        if action.fresh:
            require_fresh(caller, parts_of(request).get(Settings))
        attempt = Attempt(request, caller, action.id, target_of(asking), right=verb)
        return await perform(action, asking, body, attempt)


for _action in ACTIONS:
    router.add_api_route(
        f"{OBJECT}/{_action.id}",
        _Endpoint(_action),
        methods=["POST"],
        response_model=Acted,
        responses=answers(409),
        max_body_size=_action.body_bytes,
    )
