"""The request's database session: one request, one transaction, one commit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["DbSession", "request_session"]


async def request_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Yield a session; commit when the route returns, roll back when it raises."""
    async with request.app.state.console.sessions() as session:
        yield session
        await session.commit()


DbSession = Annotated[AsyncSession, Depends(request_session, scope="function")]
"""Route parameter. Function scope: the commit happens before the answer is sent."""
