"""Telling others what can be reached, once it answered for the first time."""

from backend.stack.components.context import MEMBERS, Context
from backend.stack.components.registry import webhook_secret_file
from backend.stack.status import (
    LocalEtcd,
    LocalKubernetes,
    LocalRegistry,
    StatusBoard,
)

NAME = "local"


def publish(board: StatusBoard, context: Context, part: str) -> None:
    """List the connection that a part which just became ready belongs to."""
    known = board.connections
    if part == "kube-apiserver" and not known.kubernetes:
        known.kubernetes.append(LocalKubernetes(NAME, str(context.paths.kubeconfig), rights="both"))
    elif part in MEMBERS and not known.etcd:
        known.etcd.append(_etcd(context))
    elif part == "registry" and not known.registry:
        url = context.url("registry", "http")
        known.registry.append(LocalRegistry(NAME, url, webhook_secret_file(context)))
    board.touch()


def _etcd(context: Context) -> LocalEtcd:
    client = context.etcd_client()
    endpoints = [context.url(member) for member in MEMBERS]
    ca = context.etcd_ca.pair.cert
    files = (str(ca), str(client.cert), str(client.key))
    # It is there to be tried, and nobody's but who started it.
    return LocalEtcd(NAME, endpoints, *files, changes="allowed")
