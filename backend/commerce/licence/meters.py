"""What can be counted and hence limited: the names that entitlements have here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["METERS", "Meter"]


@dataclass(frozen=True, slots=True)
class Meter:
    """One thing that is counted: its `unit`, and in `means` what counts as one."""

    name: str
    unit: str
    title: str
    means: str


def _by_name(*meters: Meter) -> Mapping[str, Meter]:
    return {meter.name: meter for meter in meters}


METERS: Final = _by_name(
    Meter("servers", "server", "Servers", "Machines that run; one machine id counts once."),
    Meter("clusters", "cluster", "Clusters", "Kubernetes clusters that are connected."),
    Meter("repositories", "repository", "Repositories", "Repositories of the registries."),
    Meter("private_repositories", "repository", "Private repositories", "Those nobody may pull."),
)
"""By the name an entitlement has. Not all are counted yet: `Counts` says None of those."""
