"""Change notices: which tables a committed transaction touched.

Collections kept in the database learn from them that their rows changed. They are hints
within one process; other replicas re-read on their own clock (`backend/app.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.orm import Session, UOWTransaction

__all__ = ["ChangeNotices"]

_TOUCHED: Final = "craton_touched_tables"


class ChangeNotices:
    """Calls listeners after a commit that changed their table through the ORM."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)

    def listen(self, table: str, listener: Callable[[], None]) -> None:
        """Call `listener` (cheap, synchronous) after each commit that touched `table`."""
        self._listeners[table].append(listener)

    def announce(self, table: str) -> None:
        """Tell the listeners of `table`, for changes made outside the ORM."""
        for listener in self._listeners[table]:
            listener()

    def announce_all(self) -> None:
        """Tell every listener: something may have changed elsewhere."""
        for table in list(self._listeners):
            self.announce(table)

    def attach(self, session_class: type[Session]) -> None:
        """Watch the sessions of this class; one class per console keeps tests apart."""
        event.listen(session_class, "after_flush", _remember)
        event.listen(session_class, "after_commit", self._committed)
        event.listen(session_class, "after_rollback", _forget)

    def _committed(self, session: Session) -> None:
        for table in session.info.pop(_TOUCHED, ()):
            self.announce(table)


def _remember(session: Session, _context: UOWTransaction) -> None:
    touched: set[str] = session.info.setdefault(_TOUCHED, set())
    changed: list[Any] = [*session.new, *session.dirty, *session.deleted]
    touched.update(item.__tablename__ for item in changed if hasattr(item, "__tablename__"))


def _forget(session: Session) -> None:
    session.info.pop(_TOUCHED, None)
