"""Durable background jobs and supervised loops; see README.md of this folder."""

from __future__ import annotations

from backend.jobs.commands import Started
from backend.jobs.job import Declared, Job, JobFailed, Loop, Schedule
from backend.jobs.jobs import Jobs
from backend.jobs.leases import Lease, LeaseLost, Leases
from backend.jobs.limits import Timing
from backend.jobs.run import Run
from backend.jobs.supervisor import Supervisor

__all__ = [
    "Declared",
    "Job",
    "JobFailed",
    "Jobs",
    "Lease",
    "LeaseLost",
    "Leases",
    "Loop",
    "Run",
    "Schedule",
    "Started",
    "Supervisor",
    "Timing",
]
