"""Writing kubeconfig files with a client certificate inside."""

import base64
from pathlib import Path

import yaml

from backend.stack.files import write_atomic
from backend.stack.pki import Pair


def _inline(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def write_kubeconfig(
    path: Path, server: str, ca: Path, client: Pair, user: str, *, server_name: str | None = None
) -> None:
    """Write one cluster, one user and one context, all files inlined, mode 0600.

    `server_name` is what the server's certificate is for, where that is not its address.
    """
    cluster = {"server": server, "certificate-authority-data": _inline(ca)}
    if server_name:
        cluster["tls-server-name"] = server_name
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "local",
                "cluster": cluster,
            }
        ],
        "users": [
            {
                "name": user,
                "user": {
                    "client-certificate-data": _inline(client.cert),
                    "client-key-data": _inline(client.key),
                },
            }
        ],
        "contexts": [{"name": "local", "context": {"cluster": "local", "user": user}}],
        "current-context": "local",
    }
    write_atomic(path, yaml.safe_dump(config, sort_keys=False))
