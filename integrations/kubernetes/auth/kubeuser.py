"""The user of a kubeconfig: which credential it gives, and whom it acts as."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from integrations.caller import is_token, sendable
from integrations.kubernetes.auth.access import (
    ClientCredential,
    CredentialSource,
    StaticCredential,
)
from integrations.kubernetes.auth.exec_plugin import API_VERSIONS, ExecPlugin, ExecSpec
from integrations.kubernetes.auth.kubefile import Part
from integrations.kubernetes.auth.token_file import TokenFile

__all__ = ["credentials", "impersonation"]

_MODES: Final = ("Never", "IfAvailable", "Always")
_V1: Final = "client.authentication.k8s.io/v1"
_EXTENSION: Final = "client.authentication.k8s.io/exec"


def credentials(user: Part, cluster: Part, *, allow_exec: bool) -> CredentialSource:
    """Where the user's credential comes from. Raises `ConfigurationError`."""
    name = user.name
    if user.fields.get("auth-provider"):
        raise user.error(f"user {name!r} uses auth-provider, which Kubernetes removed")
    if user.fields.get("username") or user.fields.get("password"):
        raise user.error(f"user {name!r} signs in by password, which Kubernetes removed")
    certificate, key = user.material("client-certificate"), user.material("client-key")
    if certificate and not key:
        raise user.error(f"user {name!r} has a client-certificate without its client-key")
    if token_file := user.text("tokenFile"):
        path = user.path(token_file)
        return TokenFile(path, user.origin.upstream, certificate=certificate, key=key)
    token = user.text("token")
    if token and not is_token(token):
        raise user.error(f"the token of user {name!r} is not made of visible ASCII characters")
    if token or certificate:
        return StaticCredential(ClientCredential(token=token, certificate=certificate, key=key))
    if (plugin := user.inner("exec")) is not None:
        return ExecPlugin(_plugin(plugin, cluster, allow=allow_exec), user.origin.upstream)
    return StaticCredential(ClientCredential())


def impersonation(user: Part) -> list[tuple[str, str]]:
    """The headers of whom the user acts as."""
    named = (("as", "Impersonate-User"), ("as-uid", "Impersonate-Uid"))
    headers = [(header, value) for word, header in named if (value := user.text(word))]
    headers += [("Impersonate-Group", str(group)) for group in user.items("as-groups")]
    headers += _extras(user)
    if headers and headers[0][0] != "Impersonate-User":
        raise user.error(
            f"user {user.name!r} impersonates a uid, a group or extras without a user (as)"
        )
    if not all(sendable(value) for _, value in headers):
        raise user.error("it impersonates a name that is not made of visible ASCII characters")
    return headers


def _extras(user: Part) -> Iterator[tuple[str, str]]:
    """One header for each value; what a header's name cannot hold is escaped, as client-go does."""
    extras = user.fields.get("as-user-extra") or {}
    if not isinstance(extras, dict):
        raise user.error(f"as-user-extra of user {user.name!r} is not a map of lists")
    for key, values in extras.items():
        if not isinstance(key, str) or not isinstance(values, list):
            raise user.error(f"as-user-extra of user {user.name!r} is not a map of lists")
        yield from ((f"Impersonate-Extra-{quote(key, safe=_LEGAL)}", str(v)) for v in values)


_LEGAL: Final = "!#$&'*+-.^_`|~"
"""What a header's name may hold beside letters and digits, without the sign of an escape."""


def _plugin(plugin: Part, cluster: Part, *, allow: bool) -> ExecSpec:
    name, command = plugin.name, plugin.text("command")
    version = plugin.text("apiVersion") or ""
    if not allow:
        raise plugin.error(f"user {name!r} runs a program ({command}), which is not allowed here")
    if not command:
        raise plugin.error(f"user {name!r} has an exec entry this console cannot use: no command")
    if version not in API_VERSIONS:
        known = " and ".join(sorted(API_VERSIONS))
        raise plugin.error(
            f"user {name!r} has an exec entry this console cannot use: its apiVersion is "
            f"{version or 'missing'}, known are {known}"
        )
    _check_mode(plugin, version)
    return ExecSpec(
        # A command with a separator is relative to the kubeconfig; a bare name is on PATH.
        command=str(plugin.path(command)) if "/" in command else command,
        args=tuple(str(arg) for arg in plugin.items("args")),
        env=_environment(plugin),
        api_version=version,
        install_hint=plugin.text("installHint") or "",
        cluster=_cluster_info(cluster) if plugin.flag("provideClusterInfo") else None,
    )


def _check_mode(plugin: Part, version: str) -> None:
    """In v1 the mode must be given; the console has no terminal, so a program that needs one
    cannot run (client-go says the same of a standard input that is none)."""
    mode = plugin.text("interactiveMode")
    if mode is None and version == _V1:
        raise plugin.error(f"user {plugin.name!r}: exec in {version} needs an interactiveMode")
    if mode is not None and mode not in _MODES:
        raise plugin.error(f"user {plugin.name!r}: interactiveMode {mode!r} is unknown")
    if mode == "Always":
        raise plugin.error(
            f"user {plugin.name!r} has a credential program that wants a terminal "
            "(interactiveMode Always): the console has none"
        )


def _environment(plugin: Part) -> dict[str, str]:
    found = {}
    for entry in plugin.items("env"):
        if not isinstance(entry, dict) or not entry.get("name"):
            raise plugin.error(f"user {plugin.name!r}: a variable of its exec env has no name")
        value = entry.get("value")
        found[str(entry["name"])] = "" if value is None else str(value)
    return found


def _cluster_info(cluster: Part) -> dict[str, Any]:
    """What a program gets to know of the cluster when it asks (`provideClusterInfo`)."""
    ca = cluster.material("certificate-authority")
    info: dict[str, Any] = {"server": cluster.text("server")}
    if ca is not None:
        info["certificate-authority-data"] = base64.b64encode(ca).decode()
    for word in ("insecure-skip-tls-verify", "tls-server-name", "proxy-url"):
        if word in cluster.fields:
            info[word] = cluster.fields[word]
    for entry in cluster.items("extensions"):
        if isinstance(entry, dict) and entry.get("name") == _EXTENSION:
            info["config"] = entry.get("extension")
    return info
