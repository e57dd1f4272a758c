"""What the update service tells on the console's bus: configuration, grants, machines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.db.bus import publish

CONFIG: Final = "updates/config"
"""Applications, groups, channels, packages or rollouts changed: replicas read them again."""
GRANTS: Final = "updates/grants"
"""Machines (keys) that another replica must not remember any longer."""
MACHINES: Final = "updates/machines"
"""Machines (keys) whose rows changed, for whoever shows them: told after the commit, gathered
over a moment, so that it costs the hot path nothing."""


def key_text(key: tuple[int, str]) -> str:
    """A machine's key as notices carry it: ``<application id>/<machine id>``."""
    return f"{key[0]}/{key[1]}"


def key_of(text_form: str) -> tuple[int, str]:
    """The key that `key_text` wrote."""
    application, _, machine = text_form.partition("/")
    return int(application), machine


def tell_machines(session: AsyncSession, keys: Iterable[tuple[int, str]]) -> None:
    """Tell with the session's commit that these machines changed: forget them, show them anew."""
    told = [key_text(key) for key in keys]
    if told:
        publish(session, GRANTS, told)
        publish(session, MACHINES, told)


async def announce(session: AsyncSession) -> None:
    """Raise the configuration's version in the caller's transaction; call it before the first
    edit: whoever edits, and whoever opens a rollout, waits here and nowhere else. Replicas reload
    when it commits, and no grant is decided by older configuration once it has."""
    await session.execute(
        text(
            "INSERT INTO omaha_config (id, version) VALUES (1, 1)"
            " ON CONFLICT (id) DO UPDATE SET version = omaha_config.version + 1"
        )
    )
    publish(session, CONFIG)
