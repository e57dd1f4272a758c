"""How a rollout reads in the API."""

from __future__ import annotations

from backend.omaha.api.types import View, label_or_number
from backend.omaha.domain.model import RolloutState
from backend.omaha.store.tables import RolloutRecord


class RolloutView(View):
    """A group's way to one version. Counts of machines are exact; `state` is one of active,
    paused, aborted, braked, finished, superseded; `reason` says why it does not go on."""

    id: int
    group_id: int
    package_id: int
    release: str
    state: str
    reason: str
    in_progress: int
    timed_out: int
    succeeded: int
    failed: int
    deferred: int
    forced: int
    wave: int
    wave_started_at: float | None
    created_at: float
    started_at: float | None
    finished_at: float | None
    paused_at: float | None
    version: int


def rollout_view(row: RolloutRecord) -> RolloutView:
    """The row as answered."""
    state = label_or_number(RolloutState, row.state)
    return RolloutView(
        id=row.id or 0, state=state, **{name: getattr(row, name) for name in _AS_STORED}
    )


_AS_STORED = set(RolloutView.model_fields) - {"id", "state"}
