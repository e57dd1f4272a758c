"""Step-up: what moves rights or shows secrets wants to know again who is there.

Whoever gave a strong factor (the password, or with a second factor that) within
`Settings.step_up_minutes` passes. Anybody else is answered 403 with the type ``step-up-required``,
which names what may be given (`methods`) to `/session/step-up`: the second factors of their account
(``passkey``, ``totp``), else ``password``; or ``sign-in`` anew where the console has none of
theirs, begun `fresh` with the `provider` they came by. Tokens cannot step up (security reference,
section 7).
"""

from __future__ import annotations

import time
from typing import Annotated, Final

from fastapi import Depends

from auth.principal import CredentialKind, Principal
from backend.errors import Forbidden
from backend.http.guard import CurrentPrincipal
from backend.identity.principals import BY_DIRECTORY, BY_PROVIDER, BY_SAML
from backend.identity.sessions import DEVICE, LOCAL
from backend.parts import part
from backend.settings import Settings

__all__ = ["PASSWORD", "SIGN_IN", "Fresh", "FreshNow", "StepUpRequired", "require_fresh"]

PASSWORD: Final = "password"  # noqa: S105 (a method of signing in)
SIGN_IN: Final = "sign-in"
ACTION_SECONDS: float = 120.0
"""For what asks who is there for that very action (security reference, section 7)."""


class StepUpRequired(Forbidden):
    """403: allowed, once the caller has shown again who they are."""

    slug, title = "step-up-required", "Confirm that it is you"


def require_fresh(caller: Principal, settings: Settings, seconds: float = float("inf")) -> None:
    """Pass who gave a strong factor lately, and in the last `seconds`, or raise
    `StepUpRequired`."""
    within = int(min(settings.step_up_minutes * 60, seconds))
    if caller.credential.kind is CredentialKind.TOKEN:
        raise StepUpRequired(
            "A token cannot do this: it needs a person who has just shown who they are.",
            headers={"WWW-Authenticate": 'Bearer error="insufficient_user_authentication"'},
            methods=[],
            within=within,
        )
    if caller.assurance.method == DEVICE:
        raise StepUpRequired(
            "A command line cannot do this: do it in the console, in a browser.",
            headers={"WWW-Authenticate": 'Bearer error="insufficient_user_authentication"'},
            methods=[],
            within=within,
        )
    if caller.assurance.strong_within(within, time.time()):
        return
    if caller.assurance.method in {BY_PROVIDER, BY_SAML}:
        raise _ask_provider(caller, within)
    raise StepUpRequired(
        "This needs to know again that it is you: give your password or second factor once more, "
        "or sign in anew.",
        methods=_methods(caller),
        within=within,
    )


def _methods(caller: Principal) -> list[str]:
    if caller.assurance.factors:
        return sorted(caller.assurance.factors)
    here = caller.assurance.method in LOCAL | {BY_DIRECTORY}
    return [PASSWORD if here else SIGN_IN]


def _ask_provider(caller: Principal, within: int) -> StepUpRequired:
    name = caller.assurance.provider
    detail = f"This needs to know again that it is you: sign in once more with {name}."
    if caller.assurance.strong_at is None:
        detail += (
            " If you are asked this again afterwards, the provider does not tell when and how "
            "people sign in there (auth_time, acr; AuthnInstant), and its administrator has to "
            "change that."
        )
    return StepUpRequired(detail, methods=[SIGN_IN], within=within, provider=name)


async def _fresh(caller: CurrentPrincipal, settings: Annotated[Settings, part(Settings)]) -> None:
    require_fresh(caller, settings)


Fresh: Final = Depends(_fresh)
"""A route's dependency, put behind its guard: who may not is told so first."""


async def _fresh_now(
    caller: CurrentPrincipal, settings: Annotated[Settings, part(Settings)]
) -> None:
    require_fresh(caller, settings, ACTION_SECONDS)


FreshNow: Final = Depends(_fresh_now)
"""The same for the few things that ask it of nearly every time: who lets people in."""
