"""How a machine and its history read in the API."""

from __future__ import annotations

from backend.omaha.api.types import (
    ArchName,
    Named,
    View,
    arch_label,
    label_or_number,
    reason_label,
)
from backend.omaha.domain import wording
from backend.omaha.domain.model import GrantState, UpdateStatus
from backend.omaha.domain.wording import base_code
from backend.omaha.store.tables import HistoryRecord, InstanceRecord


class ErrorView(View):
    """A machine's error: the raw code it sent, the code without flags, in words, and what to
    do about it (updates reference, section 3.6)."""

    code: int
    base: int
    name: str
    advice: str


class InstanceView(View):
    """A machine in one application. Times are Unix seconds. `reason` says why the last check
    offered nothing; `grant` what became of the last offer."""

    id: int
    machine_id: str
    application_id: int
    group: Named
    release: str
    arch: ArchName
    track: str
    status: str
    reason: str
    reason_text: str
    error: ErrorView | None
    grant: str
    rollout_id: int | None
    granted_release: str | None
    granted_at: float | None
    expires_at: float | None
    status_at: float
    created_at: float
    last_seen: float
    pinned: bool
    hidden: bool
    name: str
    named: bool
    ip: str
    oem: str
    oem_version: str
    aleph_version: str
    platform: str
    version: int


class HistoryView(View):
    """The machine entered `status` at `at`; `release` is the version concerned."""

    id: int
    at: float
    status: str
    release: str
    reason: str
    error: ErrorView | None
    group_id: int
    rollout_id: int | None


def instance_view(row: InstanceRecord, group: str) -> InstanceView:
    """The row as answered; `group` is its group's name."""
    return InstanceView(
        id=row.id or 0,
        group=Named(id=row.group_id, name=group),
        arch=arch_label(row.arch),
        status=label_or_number(UpdateStatus, row.status),
        reason=reason_label(row.reason),
        reason_text=reason_text(row.reason),
        error=error_view(row.error_code),
        grant=label_or_number(GrantState, row.grant_state),
        **{name: getattr(row, name) for name in _AS_STORED},
    )


def history_view(row: HistoryRecord) -> HistoryView:
    """The row as answered."""
    return HistoryView(
        id=row.id or 0,
        at=row.at,
        status=label_or_number(UpdateStatus, row.status),
        release=row.release,
        reason=reason_label(row.reason),
        error=error_view(row.error_code),
        group_id=row.group_id,
        rollout_id=row.rollout_id,
    )


def reason_text(number: int) -> str:
    """Why the last check offered nothing, in words; empty when it did."""
    words = wording.reason(number)
    return f"{words.name}. {words.advice}" if words.name else ""


def error_view(code: int | None) -> ErrorView | None:
    """An error code as answered."""
    if code is None:
        return None
    words = wording.error(code)
    return ErrorView(code=code, base=base_code(code), name=words.name, advice=words.advice)


_COMPUTED = {"id", "group", "arch", "status", "reason", "reason_text", "error", "grant"}
_AS_STORED = set(InstanceView.model_fields) - _COMPUTED
