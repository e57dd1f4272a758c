"""Reading one job whole."""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.features.jobs.schemas import JobStepView, JobView, LogLine
from backend.jobs.presence import place_of, reason
from backend.jobs.records import steps_of
from backend.jobs.tables import FINISHED, JobRecord, LogRow, StepRow

__all__ = ["LINES", "view"]

LINES: Final = 500
"""The last lines of a log that are shown."""
_COPIED: Final = set(JobView.model_fields) - {
    "result",
    "error",
    "cancellable",
    "runs_on",
    "steps",
    "log",
}


async def view(session: AsyncSession, row: JobRecord, *, may_cancel: bool) -> JobView:
    """The job with its steps and the end of its log."""
    query = select(LogRow).where(col(LogRow.job_id) == row.id)
    found = await session.execute(query.order_by(col(LogRow.id).desc()).limit(LINES))
    lines = [
        LogLine(id=line.id or 0, at=line.at, level=line.level, message=line.message)
        for line in found.scalars()
    ]
    why = select(reason()).where(col(JobRecord.id) == row.id)
    return JobView(
        **{name: getattr(row, name) for name in _COPIED},
        result=_json(row.result),
        error=(await session.execute(why)).scalar_one(),
        runs_on=await place_of(session, row.owner),
        cancellable=may_cancel and row.state not in FINISHED and not row.cancelling,
        steps=[_step(step) for step in await steps_of(session, row.id)],
        log=lines[::-1],
    )


def _step(step: StepRow) -> JobStepView:
    copied = set(JobStepView.model_fields) - {"result"}
    return JobStepView(**{name: getattr(step, name) for name in copied}, result=_json(step.result))


def _json(text: str) -> Any:
    return json.loads(text) if text else None
