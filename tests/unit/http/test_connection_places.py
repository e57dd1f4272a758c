"""Who keeps a place among the connections, and who gives way."""

from __future__ import annotations

from backend.http.connections import ConnectionLimits, ConnectionTable, Use


class Transport:
    """As much of a transport as the table touches."""

    def __init__(self) -> None:
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True

    def is_closing(self) -> bool:
        return self.aborted


class Flow:
    read_paused = False


def enter(table: ConnectionTable):
    return table.admit(Transport(), Flow(), "10.0.0.1")


def table(total: int) -> ConnectionTable:
    return ConnectionTable(ConnectionLimits(total, total))


async def test_probes_are_never_refused_for_other_probes():
    full = table(16)
    held = [enter(full) for _ in range(16)]
    assert all(full.begin(connection, Use.PROBES) for connection in held)
    newest = enter(full)
    assert newest is not None
    assert full.begin(newest, Use.PROBES)
    assert [connection.transport.aborted for connection in held] == [True] + [False] * 15
    assert len(full) == 16


async def test_requests_under_way_do_not_give_way():
    full = table(16)
    held = [enter(full) for _ in range(12)]
    assert all(full.begin(connection, Use.CONSOLE) for connection in held)
    probes = [enter(full) for _ in range(4)]
    assert not full.begin(probes[0], Use.CONSOLE), "three quarters are all one use may have"
    assert full.begin(probes[0], Use.METRICS)
    assert not full.begin(probes[1], Use.METRICS)
    assert enter(full) is not None, "an idle one gives way"
    assert not any(connection.transport.aborted for connection in held)
