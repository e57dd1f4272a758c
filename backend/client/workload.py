"""`craton login --workload`: a job signs in with the token that its own system gives it.

Where that lies: a file that is named (a projected volume of Kubernetes), ``CRATON_ID_TOKEN``
(GitLab's `id_tokens`, or any other system's), GitHub Actions' own service, or the file that
Kubernetes was told to project at its usual place.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2

from backend.client.cells import visible
from backend.client.console import Console
from backend.client.contexts import Context, checked
from backend.client.failures import CommandFailed, Exit
from backend.client.signing import login_with_token

__all__ = ["login", "token_of_job"]

GRANT: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
JWT: Final = "urn:ietf:params:oauth:token-type:jwt"
PROJECTED: Final = "/var/run/secrets/craton/token"
_MOST: Final = 16 * 1024
_SECONDS: Final = 30.0


def login(asked: Context, file: str, audience: str, account: str) -> None:
    """Exchange the job's token for one of a service account, and keep that for later commands.
    `account` names it where several trust the job; `audience` is what the job's token is asked
    for, the console's address unless given."""
    context = checked(asked)
    token = token_of_job(file, audience or context.url)
    form = {"grant_type": GRANT, "subject_token": token, "subject_token_type": JWT}
    if account:
        form["audience"] = account
    answer = Console(context).send("POST", "/oauth/exchange", form=form, expect=(400,))
    told = answer.json()
    if answer.status_code == 400 or not isinstance(told, dict) or "access_token" not in told:
        raise CommandFailed(_sentence(told), Exit.NOT_SIGNED_IN)
    login_with_token(context, str(told["access_token"]))


def token_of_job(file: str, audience: str) -> str:
    """The token; fails with where it was looked for."""
    if file:
        return _read(file)
    if token := os.environ.get("CRATON_ID_TOKEN", "").strip():
        return token
    if os.environ.get("ACTIONS_ID_TOKEN_REQUEST_URL"):
        return _of_github(audience)
    if Path(PROJECTED).is_file():
        return _read(PROJECTED)
    raise CommandFailed(
        "No token of a job was found: name its file (--token-file), set CRATON_ID_TOKEN (GitLab: "
        "id_tokens), let the job have one (GitHub Actions: permissions: id-token: write), or "
        f"project one to {PROJECTED} (Kubernetes).",
        Exit.USAGE,
    )


def _read(file: str) -> str:
    try:
        with Path(file).open(encoding="ascii") as stream:
            token = stream.read(_MOST + 1).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandFailed(f"The token cannot be read from {file}: {error}", Exit.USAGE) from error
    if not token or len(token) > _MOST:
        raise CommandFailed(f"There is no token in {file}.", Exit.USAGE)
    return token


def _of_github(audience: str) -> str:
    """The token that GitHub Actions gives a job for `audience`."""
    parts = urlsplit(os.environ["ACTIONS_ID_TOKEN_REQUEST_URL"])
    query = urlencode([*parse_qsl(parts.query), ("audience", audience)])
    headers = {"authorization": f"Bearer {os.environ.get('ACTIONS_ID_TOKEN_REQUEST_TOKEN', '')}"}
    try:
        url = parts._replace(query=query).geturl()
        answer = httpx2.get(url, headers=headers, timeout=_SECONDS, follow_redirects=False)
        told = answer.raise_for_status().json()
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise CommandFailed(
            f"GitHub Actions gave no token: {visible(str(error))[:200]}", Exit.UNREACHABLE
        ) from error
    token = told.get("value") if isinstance(told, dict) else None
    if not isinstance(token, str) or not token:
        raise CommandFailed("GitHub Actions gave no token.", Exit.UNREACHABLE)
    return token


def _sentence(told: Any) -> str:
    found = told if isinstance(told, dict) else {}
    sentence = found.get("error_description") or found.get("detail")
    return visible(str(sentence or "The console does not answer as a Craton does."))
