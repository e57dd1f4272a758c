"""How the machine of a new member has to start it: the exact command."""

from __future__ import annotations

import shlex
from urllib.parse import urlsplit

from integrations.etcd.look import Look

__all__ = ["start_command"]


def start_command(seen: Look, leaving: str, name: str, peer_urls: tuple[str, ...]) -> str:
    """What joins the cluster that is there: the members `seen` without `leaving`, and the new one.
    Client URLs are at the usual port of the peer URL's host; the data directory must be empty."""
    others = [one for one in seen.members if one.id != leaving and one.name]
    named = [(one.name, url) for one in others for url in one.peer_urls]
    cluster = ",".join(f"{who}={url}" for who, url in [*named, *((name, u) for u in peer_urls)])
    first = urlsplit(peer_urls[0])
    host = f"[{first.hostname}]" if ":" in (first.hostname or "") else first.hostname
    client = f"{first.scheme}://{host}:2379"
    peers = ",".join(peer_urls)
    words = [
        "etcd",
        f"--name {shlex.quote(name)}",
        "--data-dir /var/lib/etcd",
        "--initial-cluster-state existing",
        f"--initial-cluster {shlex.quote(cluster)}",
        f"--initial-advertise-peer-urls {shlex.quote(peers)}",
        f"--listen-peer-urls {shlex.quote(peers)}",
        f"--advertise-client-urls {shlex.quote(client)}",
        f"--listen-client-urls {shlex.quote(client)}",
    ]
    return " \\\n  ".join(words)
