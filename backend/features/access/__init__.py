"""Users, role bindings, and requests for them: enough to give a team its namespace and take it away
again."""

from __future__ import annotations

from backend.db.notice import Notice, rows
from backend.features.access.collections import BINDINGS, USERS, binding_source, user_source
from backend.features.access.invitationlist import INVITATIONS, invitation_source
from backend.features.access.requestjobs import declared
from backend.features.access.requestlist import REQUESTS, request_source
from backend.features.access.rights import KINDS
from backend.features.access.routes import router
from backend.features.context import Feature, FeatureContext

__all__ = ["register"]


def register(context: FeatureContext) -> Feature:
    """Add the `users`, `bindings`, `invitations` and `access-requests` collections and the routes
    that change them."""
    users = user_source(context.db_sessions, context.organisation)
    bindings = binding_source(context.db_sessions, context.organisation)
    requests = request_source(context.db_sessions, context.organisation)
    context.registry.add(USERS, users)
    context.registry.add(BINDINGS, bindings)
    context.registry.add(REQUESTS, requests)
    invitations = invitation_source(context.db_sessions, context.organisation)
    context.registry.add(INVITATIONS, invitations)
    context.bus.subscribe(rows("user_account"), lambda notice: users.notify(notice.keys))
    context.bus.subscribe(rows("role_binding"), lambda notice: bindings.notify(notice.keys))

    context.bus.subscribe(rows("access_request"), lambda notice: requests.notify(notice.keys))

    context.bus.subscribe(rows("invitation"), lambda notice: invitations.notify(notice.keys))

    def asked(_notice: Notice) -> None:
        # Who asked or invited is told by name, and goes with what is theirs.
        requests.notify(None)
        invitations.notify(None)

    context.bus.subscribe(rows("user_account"), asked)

    def renamed(_notice: Notice) -> None:
        bindings.notify(None)

    def held(_notice: Notice) -> None:
        # Who is seen where follows from what they hold there, their standing from what their
        # provider says of them, and what they show at sign-in from what they have set up.
        users.notify(None)
        invitations.notify(None)

    for table in (
        "role_binding",
        "team_member",
        "user_identity",
        "scim_user",
        "passkey",
        "break_glass",
        "totp_factor",
    ):
        context.bus.subscribe(rows(table), held)

    for table in ("user_account", "team", "service_account"):
        context.bus.subscribe(rows(table), renamed)
    return Feature("access", router, kinds=KINDS, jobs=declared())
