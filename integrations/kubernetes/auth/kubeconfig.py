"""Reading a kubeconfig: what kubectl reads, except what would be unsafe or is dead.

Relative paths are relative to the file, as kubectl has it. Refused with a sentence:
`proxy-url`, `auth-provider`, user name and password (gone from Kubernetes since 1.19),
exec plugins that want a terminal, and a server that is not http(s).
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import yaml

from integrations.caller import is_token, sendable
from integrations.kubernetes.auth.access import (
    Access,
    ClientCredential,
    CredentialSource,
    StaticCredential,
)
from integrations.kubernetes.auth.exec_plugin import API_VERSIONS, ExecPlugin, ExecSpec
from integrations.kubernetes.auth.token_file import TokenFile
from integrations.kubernetes.errors import ConfigurationError

__all__ = ["contexts_in", "load_kubeconfig", "read_kubeconfig"]

MAX_BYTES: Final = 1024 * 1024
MAX_CONTEXTS: Final = 200


def load_kubeconfig(
    path: Path, upstream: str, *, context: str | None = None, allow_exec: bool = True
) -> Access:
    """The access that `context` (else the file's current one) describes.

    Blocking: reads files. Raises `ConfigurationError` naming the part that cannot be used.
    """
    return _Reader(path, upstream, allow_exec=allow_exec).access(context)


def read_kubeconfig(data: bytes, upstream: str, *, context: str | None = None) -> Access:
    """The access that an uploaded kubeconfig describes. It stands alone: one that names a file
    or a program is refused, since these would be the console's own."""
    return _Reader(Path("kubeconfig"), upstream, allow_exec=False, data=data).access(context)


def contexts_in(data: bytes, upstream: str) -> list[tuple[str, str]]:
    """The contexts of an uploaded kubeconfig, the current one first: its name, and why it
    cannot be used (empty when it can). Raises `ConfigurationError` for what is none."""
    reader = _Reader(Path("kubeconfig"), upstream, allow_exec=False, data=data)
    document = reader.document()
    names, current = reader.contexts(document)
    found: list[tuple[str, str]] = []
    for name in sorted(names, key=lambda name: (name != current, name))[:MAX_CONTEXTS]:
        try:
            reader.described(document, name)
        except ConfigurationError as error:
            found.append((name, error.message))
        else:
            found.append((name, ""))
    return found


@dataclass(slots=True)
class _Reader:
    path: Path
    upstream: str
    allow_exec: bool
    data: bytes | None = None
    """The file's content, where it was uploaded: then no other file may be named."""

    def access(self, context: str | None) -> Access:
        """What `context` (else the current one) describes."""
        return self.described(self.document(), context)

    def described(self, document: dict[str, Any], context: str | None) -> Access:
        """The same, of a document that was parsed before."""
        name = context or self._text(document, "current-context")
        if not name:
            raise self._error("it has no current-context; name one")
        chosen = self._named(document, "contexts", name, "context")
        cluster_name = self._text(chosen, "cluster") or ""
        cluster = self._named(document, "clusters", cluster_name, "cluster")
        user_name = self._text(chosen, "user")
        user = self._named(document, "users", user_name, "user") if user_name else {}
        return Access(
            server=self._server(cluster, cluster_name),
            credentials=self._credentials(user, user_name or "", cluster),
            ca=self._material(cluster, "certificate-authority"),
            insecure=cluster.get("insecure-skip-tls-verify") is True,
            server_name=self._text(cluster, "tls-server-name"),
            headers=self._impersonation(user),
        )

    def document(self) -> dict[str, Any]:
        """The file's content, parsed."""
        data = self.data if self.data is not None else self._read(self.path, "the kubeconfig")
        if len(data) > MAX_BYTES:
            raise self._error("it is larger than 1 MiB")
        try:
            document = yaml.load(data, Loader=yaml.CSafeLoader)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            # Not only its own errors: 2026-99-99 is no date, and nesting has no end.
            raise self._error("it is not YAML") from error
        if not isinstance(document, dict):
            raise self._error("it is not a kubeconfig")
        return document

    def contexts(self, document: dict[str, Any]) -> tuple[list[str], str]:
        """The names of its contexts, and the current one."""
        entries = document.get("contexts")
        named = [e.get("name") for e in (entries if isinstance(entries, list) else [])]
        names = [name for name in named if isinstance(name, str) and name]
        if not names:
            raise self._error("it has no contexts")
        return names, self._text(document, "current-context") or ""

    def _named(self, document: dict[str, Any], plural: str, name: str, key: str) -> dict[str, Any]:
        for entry in self._list(document, plural):
            if isinstance(entry, dict) and entry.get("name") == name:
                found = entry.get(key)
                return found if isinstance(found, dict) else {}
        raise self._error(f"it has no {key} named {name!r}")

    def _server(self, cluster: dict[str, Any], name: str) -> str:
        if self._text(cluster, "proxy-url"):
            raise self._error(f"cluster {name!r} needs a proxy (proxy-url), which is not supported")
        server = self._text(cluster, "server") or ""
        if not server.startswith(("https://", "http://")) or not _is_address(server):
            raise self._error(f"cluster {name!r} has no http(s) server address")
        return server.rstrip("/")

    def _credentials(
        self, user: dict[str, Any], name: str, cluster: dict[str, Any]
    ) -> CredentialSource:
        if user.get("auth-provider"):
            raise self._error(f"user {name!r} uses auth-provider, which Kubernetes removed")
        if user.get("username") or user.get("password"):
            raise self._error(f"user {name!r} signs in by password, which Kubernetes removed")
        certificate = self._material(user, "client-certificate")
        key = self._material(user, "client-key")
        if token_file := self._text(user, "tokenFile"):
            path = self._resolve(token_file)
            return TokenFile(path, self.upstream, certificate=certificate, key=key)
        token = self._text(user, "token")
        if token and not is_token(token):
            raise self._error(f"the token of user {name!r} is not made of visible ASCII characters")
        if token or certificate:
            return StaticCredential(ClientCredential(token=token, certificate=certificate, key=key))
        if isinstance(plugin := user.get("exec"), dict):
            return ExecPlugin(self._plugin(plugin, name, cluster), self.upstream)
        return StaticCredential(ClientCredential())

    def _plugin(self, plugin: dict[str, Any], name: str, cluster: dict[str, Any]) -> ExecSpec:
        command = self._text(plugin, "command")
        version = self._text(plugin, "apiVersion") or ""
        if not self.allow_exec:
            raise self._error(
                f"user {name!r} runs a program ({command}), which is not allowed here"
            )
        if not command or version not in API_VERSIONS:
            raise self._error(f"user {name!r} has an exec entry this console cannot use")
        if plugin.get("interactiveMode") == "Always":
            raise self._error(f"user {name!r} has a credential program that wants a terminal")
        env = {
            str(e["name"]): str(e.get("value", ""))
            for e in self._list(plugin, "env")
            if isinstance(e, dict) and "name" in e
        }
        return ExecSpec(
            # A command with a separator is relative to the kubeconfig; a bare name is on PATH.
            command=str(self._resolve(command)) if "/" in command else command,
            args=tuple(str(arg) for arg in self._list(plugin, "args")),
            env=env,
            api_version=version,
            install_hint=self._text(plugin, "installHint") or "",
            cluster=self._cluster_info(cluster) if plugin.get("provideClusterInfo") else None,
        )

    def _cluster_info(self, cluster: dict[str, Any]) -> dict[str, Any]:
        ca = self._material(cluster, "certificate-authority")
        info: dict[str, Any] = {"server": cluster.get("server")}
        if ca is not None:
            info["certificate-authority-data"] = base64.b64encode(ca).decode()
        for word in ("insecure-skip-tls-verify", "tls-server-name"):
            if word in cluster:
                info[word] = cluster[word]
        return info

    def _impersonation(self, user: dict[str, Any]) -> dict[str, str]:
        groups = self._list(user, "as-groups")
        if user.get("as-user-extra") or len(groups) > 1:
            raise self._error("it impersonates with several groups or extras: not supported")
        headers = {}
        for word, header in (("as", "Impersonate-User"), ("as-uid", "Impersonate-Uid")):
            if value := self._text(user, word):
                headers[header] = value
        if groups:
            headers["Impersonate-Group"] = str(groups[0])
        if not all(sendable(value) for value in headers.values()):
            raise self._error("it impersonates a name that is not made of visible ASCII characters")
        return headers

    def _material(self, part: dict[str, Any], word: str) -> bytes | None:
        """PEM data, inline (`word`-data, base64) or in a file (`word`)."""
        if inline := self._text(part, f"{word}-data"):
            try:
                return base64.b64decode(inline, validate=True)
            except ValueError as error:  # also for text that is not ASCII
                raise self._error(f"{word}-data is not base64") from error
        if path := self._text(part, word):
            return self._read(self._resolve(path), word)
        return None

    def _resolve(self, path: str) -> Path:
        if self.data is not None:
            raise self._error(f"it names the file {path}: put its content inside (--flatten)")
        return self.path.parent / path

    def _read(self, path: Path, what: str) -> bytes:
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise self._error(f"{what} {path} cannot be read: {error.strerror}") from error
        if len(data) > MAX_BYTES:
            raise self._error(f"{what} {path} is larger than 1 MiB")
        return data

    def _text(self, part: dict[str, Any], word: str) -> str | None:
        value = part.get(word)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise self._error(f"{word} is not text")
        return value

    def _list(self, part: dict[str, Any], word: str) -> list[Any]:
        value = part.get(word)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._error(f"{word} is not a list")
        return value

    def _error(self, message: str) -> ConfigurationError:
        return ConfigurationError(self.upstream, f"kubeconfig {self.path.name}: {message}")


def _is_address(server: str) -> bool:
    try:
        parts = urlsplit(server)
        return bool(parts.hostname) and parts.port != 0 and server.isascii()
    except ValueError:  # a port or an IPv6 address that is none
        return False
