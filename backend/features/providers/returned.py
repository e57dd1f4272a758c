"""A browser that came back from a provider: refused with a word, or with what a trial found."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

import structlog
from fastapi import Request
from starlette.responses import RedirectResponse

from auth.oidc.problems import Refused
from auth.scope import organisation
from auth.verb import Verb
from backend.features.providers.entrance import Entrance
from backend.features.providers.linking import LinkAsked, link, linking
from backend.features.providers.opening import recorded
from backend.features.providers.rights import KIND
from backend.http.credentials import read_credential
from backend.providers.accounts import NotLetIn
from backend.providers.outward import Unreachable
from backend.providers.table import LoginAttempt
from backend.providers.trials import keep_trial

__all__ = ["Returned", "word_of"]

_log = structlog.get_logger("craton.providers")


def word_of(error: Exception) -> str:
    """What the sign-in page is told of it."""
    if isinstance(error, NotLetIn):
        return error.code
    if isinstance(error, Refused):
        return "denied"
    return "unreachable" if isinstance(error, Unreachable) else "failed"


@dataclass(frozen=True, slots=True)
class Returned:
    """A browser that came back, from the provider `name` as the address says; empty where there
    is none of that name: what a stranger made up is kept nowhere."""

    entry: Entrance
    request: Request
    name: str

    async def refused(self, code: str, next_path: str, detail: str) -> RedirectResponse:
        """Back to the sign-in page with a word; the reason is recorded."""
        await self.noted(code, detail)
        return self.sent(code, next_path)

    async def noted(self, code: str, detail: str) -> None:
        """Record that nobody got in, and why."""
        _log.info("sign-in refused", provider=self.name, why=code, reason=detail)
        await recorded(self.entry, self.request, self.name, detail)

    def sent(self, code: str, next_path: str) -> RedirectResponse:
        """Back to the sign-in page with a word."""
        query = {"refused": code} | ({"by": self.name} if self.name else {})
        if next_path != "/":
            query["next"] = next_path
        return RedirectResponse(f"/login?{urlencode(query)}", 303)

    async def linked(self, attempt: LoginAttempt, asked: LinkAsked) -> RedirectResponse:
        """Back to the profile, where the provider stands from now on, or with a word why not."""
        try:
            by = await linking(self.entry, self.request, attempt)
            await link(self.entry, self.request, by, asked)
        except NotLetIn as error:
            return await self.unlinked(error)
        return self._profile({"linked": self.name})

    async def unlinked(self, error: Exception) -> RedirectResponse:
        """Back to the profile with a word that says why nothing was linked; it is recorded."""
        await self.noted(word_of(error), f"nothing was linked: {error}")
        return self._profile({"refused": word_of(error), "by": self.name})

    def _profile(self, query: dict[str, str]) -> RedirectResponse:
        return RedirectResponse(f"/profile/sign-in?{urlencode(query)}", 303)

    async def kept(self, trial_by: str, found: dict[str, object]) -> RedirectResponse:
        """Keep what a trial found, for the administrator who made it and is still one."""
        entry = self.entry
        presented = read_credential(self.request)
        caller = await entry.identities.resolve(presented) if presented else None
        where = organisation(entry.settings.organisation)
        still = caller is not None and caller.policy.decide(KIND, Verb.UPDATE, where).allowed
        if caller is None or caller.id != trial_by or not still:
            detail = "a trial ended without its administrator"
            return await self.refused("old", "/", detail)
        async with entry.db_sessions() as db, db.begin():
            token = keep_trial(db, self.name, caller.id, found)
        return RedirectResponse(f"/access/providers/{self.name}?trial={token}", 303)
