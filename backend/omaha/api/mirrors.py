"""The mirrors releases come from: which may be asked, and how.

Only those of the operator's configuration (security reference, section 5): a caller chooses
among them. An address written in the configuration is thereby listed; a name must lead to
public addresses, or into the networks configured beside it.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from backend.omaha.api.deps import UpdatesDeps
from backend.omaha.catalog.edit import invalid
from backend.omaha.payloads.mirrors import open_mirror
from backend.omaha.payloads.source import MirrorSource


def chosen(deps: UpdatesDeps, wanted: str | None) -> str:
    """The base URL to ask; a 422 for one that is not configured. None: the first."""
    base = wanted or (deps.mirrors[0] if deps.mirrors else "")
    if base not in deps.mirrors:
        listed = ", ".join(deps.mirrors)
        raise invalid("mirror", f"must be one of those configured: {listed}.")
    return base


def mirror(
    deps: UpdatesDeps, base: str, board: str, release: str
) -> AbstractAsyncContextManager[MirrorSource]:
    """One release on the mirror at `base`."""
    return open_mirror(base, board, release, http=deps.http, networks=deps.mirror_networks)
