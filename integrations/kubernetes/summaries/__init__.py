"""What objects mean, in the words of kubectl and in plain ones. Pure functions."""

from __future__ import annotations

from integrations.kubernetes.summaries.nodes import NodeSummary, node_summary
from integrations.kubernetes.summaries.pods import PodSummary, pod_summary
from integrations.kubernetes.summaries.requests import Requests, pod_requests
from integrations.kubernetes.summaries.workload_health import WorkloadHealth, WorkloadSummary
from integrations.kubernetes.summaries.workloads import workload_summary

__all__ = [
    "NodeSummary",
    "PodSummary",
    "Requests",
    "WorkloadHealth",
    "WorkloadSummary",
    "node_summary",
    "pod_requests",
    "pod_summary",
    "workload_summary",
]
