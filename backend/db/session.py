"""The request's database session: one request, one transaction, one commit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.parts import part

__all__ = ["DbSession", "DbSessions", "request_session"]

DbSessions = Annotated[async_sessionmaker[AsyncSession], part(async_sessionmaker)]
"""Route parameter: for a transaction beside the request's."""


async def request_session(db_sessions: DbSessions) -> AsyncIterator[AsyncSession]:
    """Yield a session; commit when the route returns, roll back when it raises."""
    async with db_sessions() as session:
        yield session
        await session.commit()


DbSession = Annotated[AsyncSession, Depends(request_session, scope="function")]
"""Route parameter. Function scope: the commit happens before the answer is sent."""
