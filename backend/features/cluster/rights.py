"""The kinds of thing this feature declares for the catalogue of rights."""

from __future__ import annotations

from typing import Final

from auth.kinds import Kind
from auth.scope import cluster, namespace
from auth.verb import EDIT, READ, Verb

__all__ = ["CLUSTER_ACCESS", "KINDS"]

CLUSTER_ACCESS: Final = "cluster-access"
"""Roles and their bindings, service accounts, certificates asked for, and what decides on
admission: who reads them knows how a cluster is guarded. No ``*`` means them."""

KINDS: Final = (
    Kind("cluster", "Clusters", READ | {Verb.UPDATE}, scope=cluster),
    Kind("namespace", "Namespaces", READ | EDIT, scope=namespace),
    Kind("lease", "Leases", READ, scope=namespace),
    Kind("definition", "Custom resource definitions", READ | EDIT, scope=cluster),
    Kind("customresource", "Custom resources", READ | EDIT, scope=namespace),
    Kind(CLUSTER_ACCESS, "Cluster access rules", READ | EDIT, scope=namespace, sensitive=True),
    Kind("configmap", "Config maps", READ | EDIT, scope=namespace),
    Kind("secret", "Secrets", READ | EDIT | {Verb.REVEAL}, scope=namespace),
)
