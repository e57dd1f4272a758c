"""`craton login` and `logout`: the device authorisation grant (RFC 8628)."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from backend.client.cells import visible
from backend.client.console import Console
from backend.client.contexts import Context, Contexts, checked, chosen
from backend.client.failures import CommandFailed, Exit
from backend.client.keys import credential, forget, keep, kept
from backend.client.output import show

__all__ = ["in_browser", "login", "login_with_token", "logout"]

_CLIENT: Final = "craton-cli"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"


def login(asked: Context, opened: Callable[[str], object]) -> None:
    """Ask the console for a session, show the code, and wait until its person has decided.

    `opened` shows the page's address in a browser, where there is one.
    """
    context = checked(asked)
    console = Console(context)
    name = f"craton on {socket.gethostname()}"
    codes = _ask(console, "device_authorization", {"client_id": _CLIENT, "client_name": name})
    page, code = visible(str(codes["verification_uri"])), visible(str(codes["user_code"]))
    show(f"Open {page}\nand enter the code  {code}\n")
    opened(str(codes["verification_uri_complete"]))
    token = _wait(console, codes)
    _signed_in(context, token)


def login_with_token(asked: Context, token: str) -> None:
    """Use an API token for this console from now on, once it has been seen to work."""
    if not token:
        raise CommandFailed("There is no token on the standard input.", Exit.USAGE)
    _signed_in(checked(asked), token)


def logout(name: str | None) -> None:
    """End the session, at the console too, and forget its credential."""
    context = chosen(name)
    token = kept(context)
    if not token:
        credential(context)  # says how to sign in, unless the environment has a token
        raise CommandFailed("The token of CRATON_TOKEN is not kept here: revoke it in the console.")
    answer = Console(context, token).send("DELETE", "/session", expect=(401, 403))
    forget(context)
    if answer.status_code == 403:  # an API token: whoever made it revokes it
        show(f"Forgotten. The token works on until it is revoked at {context.url}.")
    else:
        show(f"Signed out of {context.url}.")


def _signed_in(context: Context, token: str) -> None:
    session = Console(context, token).get("/session")
    Contexts().put(context)
    place = keep(context, token)
    show(visible(f"Signed in to {context.url} as {session['login']} (kept in {place})."))


def _wait(console: Console, codes: dict[str, Any]) -> str:
    wait, ends = float(codes["interval"]), time.monotonic() + float(codes["expires_in"])
    while time.monotonic() < ends:
        time.sleep(wait)
        fields = {"grant_type": _GRANT, "client_id": _CLIENT, "device_code": codes["device_code"]}
        answer = _ask(console, "token", fields, patient=True)
        if "access_token" in answer:
            return str(answer["access_token"])
        if answer["error"] == "slow_down":
            wait += 5.0
        elif answer["error"] != "authorization_pending":
            raise CommandFailed(visible(str(answer["error_description"])), Exit.NOT_SIGNED_IN)
    raise CommandFailed("Nobody decided in time: begin anew.", Exit.NOT_SIGNED_IN)


def _ask(
    console: Console, path: str, form: dict[str, str], *, patient: bool = False
) -> dict[str, Any]:
    answer = console.send("POST", f"/oauth/{path}", form=form, expect=(400,))
    told = answer.json()
    if not isinstance(told, dict):
        raise CommandFailed(f"{console.context.url} does not answer as a Craton does.")
    if answer.status_code == 400 and not patient:
        raise CommandFailed(visible(str(told.get("error_description") or told.get("detail"))))
    return told


def in_browser(url: str) -> None:
    """Open the page, where a person sits at this machine; nothing is printed by the browser."""
    if not sys.stdout.isatty() or (sys.platform == "linux" and not os.environ.get("DISPLAY")):
        return
    import webbrowser

    webbrowser.open(url)
