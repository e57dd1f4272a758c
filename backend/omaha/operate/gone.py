"""CoreUpdate's old administration API, which is not served: it says what to use instead."""

from __future__ import annotations

from typing import Final

from backend.errors import Problem
from backend.http.problems import send_problem
from backend.omaha.checkin.endpoint import Message, Receive, Send

ADMIN_PATH: Final = "/_ah"
"""Where `updateservicectl` asks for everything but what machines ask."""


class AdministrationGone(Problem):
    """410: another interface does this now."""

    status, slug, title = 410, "gone", "Not served any more"


async def admin_gone(_scope: Message, _receive: Receive, send: Send) -> None:
    """ASGI application for `ADMIN_PATH`: 410 with where to go."""
    await send_problem(
        AdministrationGone(
            "CoreUpdate's administration API is not served here. Use the REST API below"
            " /api/v1/updates of the console, or its pages. Machines are answered at /v1/update/."
        ),
        send,
    )
