"""When to give up starting a component again, and how long to wait until then."""

from integrations.backoff import Backoff

FIRST = 0.5
MOST = 30.0
FORGIVE_AFTER = 60.0


class Restarts:
    """Doubling delays with a limit on failures in a row.

    A component that was ready for `FORGIVE_AFTER` seconds starts anew.
    """

    def __init__(self, limit: int = 8, *, first: float = FIRST, most: float = MOST) -> None:
        self.limit = limit
        self._backoff = Backoff(first, most, jitter=lambda: 1.0)

    def next_delay(self, ready_for: float) -> float | None:
        """Give the seconds to wait, or None when it is time to give up.

        `ready_for` is how many seconds the component had been ready before it
        ended, 0 when it never was.
        """
        if ready_for >= FORGIVE_AFTER:
            self._backoff.reset()
        delay = self._backoff.next()
        return None if self._backoff.failures > self.limit else delay
