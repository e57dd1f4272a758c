"""`craton kubeconfig` and `kube-credential`: kubectl through the console."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Final
from urllib.parse import quote

from backend.client.console import Console
from backend.client.contexts import Contexts, chosen
from backend.client.failures import CommandFailed, Exit
from backend.client.keys import credential
from backend.client.output import show

__all__ = ["print_credential", "print_kubeconfig"]

_SECONDS: Final = 300.0
"""After so long kubectl asks again, so that a signing in anew is noticed by what runs on."""


def print_kubeconfig(console: Console, cluster: str) -> None:
    """Print a kubeconfig without a secret; kubectl then runs this very program."""
    import yaml

    answer = console.send("GET", f"/clusters/{quote(cluster, safe='')}/kubeconfig")
    config = yaml.safe_load(answer.text)
    program = config["users"][0]["user"]["exec"]
    program["command"] = _this_program()
    program["args"] = ["kube-credential", *_where(console)]
    show(yaml.safe_dump(config, sort_keys=False).rstrip())


def print_credential(context: str | None, url: str) -> None:
    """Print an `ExecCredential` (client.authentication.k8s.io/v1) with the session's token."""
    if url:
        found = next((one for one in Contexts().all() if one.url == url.rstrip("/")), None)
        if found is None:
            raise CommandFailed(f"You are not signed in: craton login {url}", Exit.NOT_SIGNED_IN)
    else:
        found = chosen(context)
    token = credential(found)
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + _SECONDS))
    told = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": token, "expirationTimestamp": until},
    }
    show(json.dumps(told))


def _where(console: Console) -> list[str]:
    known = {one.name for one in Contexts().all()}
    return ["--context", console.context.name] if console.context.name in known else []


def _this_program() -> str:
    beside = Path(sys.executable).with_name("craton")
    return str(beside) if beside.exists() else shutil.which("craton") or "craton"
