"""Reading a kubeconfig: what kubectl reads, refused as client-go refuses it.

Relative paths are relative to the file that names them. Refused with a sentence, beside what
client-go refuses (a CA together with insecure-skip-tls-verify, names that occur twice, what is
given inline and as a file): `auth-provider`, user name and password (gone from Kubernetes since
1.19), exec plugins that want a terminal, and a server that is not http(s).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from integrations.kubernetes.auth.access import Access
from integrations.kubernetes.auth.kubefile import (
    KubeFile,
    Origin,
    Part,
    files_in,
    merged,
    parsed,
    read_bytes,
)
from integrations.kubernetes.auth.kubeuser import credentials, impersonation
from integrations.kubernetes.errors import ConfigurationError

__all__ = ["contexts_in", "load_kubeconfig", "read_kubeconfig"]

MAX_CONTEXTS: Final = 200
_PROXIES: Final = ("http", "https", "socks5", "socks5h")


def load_kubeconfig(
    path: Path, upstream: str, *, context: str | None = None, allow_exec: bool = True
) -> Access:
    """The access that `context` (else the current one) describes. `path` is a file, or several
    in a list as ``KUBECONFIG`` names them.

    Blocking: reads files. Raises `ConfigurationError` naming the part that cannot be used.
    """
    return _access(_loaded(path, upstream), context, allow_exec=allow_exec)


def read_kubeconfig(data: bytes, upstream: str, *, context: str | None = None) -> Access:
    """The access that an uploaded kubeconfig describes. It stands alone: one that names a file
    or a program is refused, since these would be the console's own."""
    return _access(_uploaded(data, upstream), context, allow_exec=False)


def contexts_in(data: bytes, upstream: str) -> list[tuple[str, str]]:
    """The contexts of an uploaded kubeconfig, the current one first: its name, and why it
    cannot be used (empty when it can). Raises `ConfigurationError` for what is none."""
    file = _uploaded(data, upstream)
    names = [name for name in file.contexts if name]
    if not names:
        raise file.origin.error("it has no contexts")
    found: list[tuple[str, str]] = []
    for name in sorted(names, key=lambda name: (name != file.current, name))[:MAX_CONTEXTS]:
        try:
            _access(file, name, allow_exec=False)
        except ConfigurationError as error:
            found.append((name, error.message))
        else:
            found.append((name, ""))
    return found


def _uploaded(data: bytes, upstream: str) -> KubeFile:
    return parsed(data, Origin(upstream, Path("kubeconfig"), uploaded=True))


def _loaded(path: Path, upstream: str) -> KubeFile:
    files = files_in(path)
    there = files if len(files) == 1 else [file for file in files if file.exists()]
    if not there:
        raise Origin(upstream, files[0] if files else path).error("none of its files is there")
    origins = [Origin(upstream, file) for file in there]
    return merged(
        parsed(read_bytes(origin.file, "the kubeconfig", origin), origin) for origin in origins
    )


def _access(file: KubeFile, context: str | None, *, allow_exec: bool) -> Access:
    name = context or file.current
    if not name:
        known = ", ".join(sorted(filter(None, file.contexts))[:5])
        one_of = f" (it has {known})" if known else ""
        raise file.origin.error(f"it has no current-context; name one{one_of}")
    chosen = file.find("context", name)
    cluster_name, user_name = chosen.text("cluster"), chosen.text("user")
    if not cluster_name:
        raise chosen.error(f"context {name!r} names no cluster")
    cluster = file.find("cluster", cluster_name)
    user = file.find("user", user_name) if user_name else Part("", {}, chosen.origin)
    ca, insecure = cluster.material("certificate-authority"), cluster.flag(_INSECURE)
    if insecure and ca:
        raise cluster.error(
            f"cluster {cluster_name!r} has a certificate authority and {_INSECURE}: "
            "take one of them out"
        )
    return Access(
        server=_server(cluster, secure=bool(ca or insecure or user.fields)),
        credentials=credentials(user, cluster, allow_exec=allow_exec),
        ca=ca,
        insecure=insecure,
        server_name=cluster.text("tls-server-name"),
        headers=impersonation(user),
        proxy=_proxy(cluster),
    )


_INSECURE: Final = "insecure-skip-tls-verify"


def _server(cluster: Part, *, secure: bool) -> str:
    """The address; without a scheme https where anything is said of trust or identity."""
    server = cluster.text("server") or ""
    if server and "://" not in server:
        server = f"{'https' if secure else 'http'}://{server}"
    scheme, _, rest = server.partition("://")
    server = f"{scheme.lower()}://{rest}"  # its case says nothing
    if scheme.lower() not in {"https", "http"} or not _is_address(server):
        raise cluster.error(f"cluster {cluster.name!r} has no http(s) server address")
    return server.rstrip("/")


def _proxy(cluster: Part) -> str | None:
    proxy = cluster.text("proxy-url")
    if proxy is None:
        return None
    scheme = proxy.partition("://")[0]
    if scheme not in _PROXIES or not _is_address(proxy):
        raise cluster.error(
            f"cluster {cluster.name!r} has a proxy-url that is none: http://, https:// or "
            "socks5:// with host and port"
        )
    return proxy


def _is_address(server: str) -> bool:
    try:
        parts = urlsplit(server)
        return bool(parts.hostname) and parts.port != 0 and server.isascii()
    except ValueError:  # a port or an IPv6 address that is none
        return False
