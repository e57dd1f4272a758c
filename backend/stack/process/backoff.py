"""How long to wait before starting a component again, and when to give up."""

from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """Doubling delays with a limit on failures in a row.

    A component that was ready for `forgive_after` seconds starts anew.
    """

    first: float = 0.5
    most: float = 30.0
    limit: int = 8
    forgive_after: float = 60.0
    failures: int = 0

    def next_delay(self, ready_for: float) -> float | None:
        """Give the seconds to wait, or None when it is time to give up.

        `ready_for` is how many seconds the component had been ready before it
        ended, 0 when it never was.
        """
        if ready_for >= self.forgive_after:
            self.failures = 0
        self.failures += 1
        if self.failures > self.limit:
            return None
        return min(self.most, self.first * 2.0 ** (self.failures - 1))
