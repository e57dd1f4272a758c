"""What objects mean, in the words of kubectl and in plain ones. Pure functions."""

from __future__ import annotations

from integrations.kubernetes.words.nodes import NodeWords, node_words
from integrations.kubernetes.words.pods import PodWords, pod_words
from integrations.kubernetes.words.requests import Requests, pod_requests
from integrations.kubernetes.words.workloads import Health, WorkloadWords, workload_words

__all__ = [
    "Health",
    "NodeWords",
    "PodWords",
    "Requests",
    "WorkloadWords",
    "node_words",
    "pod_requests",
    "pod_words",
    "workload_words",
]
