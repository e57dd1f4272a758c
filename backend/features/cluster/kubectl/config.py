"""The kubeconfig of a cluster through the console."""

from __future__ import annotations

import base64
from typing import Any

import yaml
from fastapi import Request

from backend.errors import Conflict
from backend.http.origin import own_address
from backend.settings import Settings
from integrations.kubernetes.settings import ConnectionSettings, RightsSource

__all__ = ["kubeconfig_for"]


def kubeconfig_for(cluster: ConnectionSettings, request: Request, settings: Settings) -> str:
    """Its YAML: where the console is, and the program that gives the credential. 409 where
    kubectl cannot go through the console to it. Blocking: reads the CA."""
    if cluster.rights is RightsSource.CONSOLE:
        raise Conflict(
            f"In {cluster.name} the console's rights alone decide: kubectl goes through the "
            'console to clusters connected with rights "both".'
        )
    server: dict[str, Any] = {"server": f"{_address(settings)}/kube/{cluster.name}"}
    if settings.kubectl_ca_file is not None:
        ca = settings.kubectl_ca_file.read_bytes()
        server["certificate-authority-data"] = base64.b64encode(ca).decode()
    name = f"craton-{cluster.name}"
    console = own_address(request, settings)
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": server}],
            "users": [{"name": name, "user": {"exec": _program(console)}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
        },
        sort_keys=False,
    )


def _program(console: str) -> dict[str, Any]:
    return {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "craton",
        "args": ["kube-credential", "--url", console],
        "interactiveMode": "Never",
        "installHint": f"Install craton, then sign in: craton login {console}",
    }


def _address(settings: Settings) -> str:
    """Where kubectl finds the console: over TLS, since it sends no credential otherwise."""
    found = settings.kubectl_url or settings.public_url
    if not found.startswith("https://"):
        raise Conflict(
            "kubectl sends its credential over https only: set CRATON_PUBLIC_URL, or "
            "CRATON_KUBECTL_URL, to an https address of this console."
        )
    return found.rstrip("/")
