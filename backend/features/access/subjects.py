"""Subjects by the names people use for them, and back."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.subject import Subject, SubjectKind
from backend.db.identity import ServiceRecord, TeamRecord, UserRecord

__all__ = ["find_subject", "name_of"]

_NAMED: Final = {
    SubjectKind.USER: (col(UserRecord.id), col(UserRecord.login)),
    SubjectKind.TEAM: (col(TeamRecord.id), col(TeamRecord.name)),
    SubjectKind.SERVICE: (col(ServiceRecord.id), col(ServiceRecord.name)),
}


async def find_subject(db: AsyncSession, kind: SubjectKind, name: str) -> Subject | None:
    """The user of that login, the team or service of that name, or the provider's group.

    A group needs no record here: its members are known only once they sign in.
    """
    if kind is SubjectKind.GROUP:
        provider, slash, group = name.partition("/")
        return Subject(kind, name) if provider and slash and group else None
    key, called = _NAMED[kind]
    found = (await db.execute(select(key).where(called == name))).scalar_one_or_none()
    return Subject(kind, found) if found else None


async def name_of(db: AsyncSession, subject: Subject) -> str:
    """What people call it; its id when its record is gone."""
    if subject.kind is SubjectKind.GROUP:
        return subject.id
    key, called = _NAMED[subject.kind]
    found = (await db.execute(select(called).where(key == subject.id))).scalar_one_or_none()
    return found or subject.id
