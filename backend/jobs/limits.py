"""Times and limits of the workers; tests shrink them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Timing"]


@dataclass(frozen=True, slots=True)
class Timing:
    """`lease` seconds after its owner's last sign of life a job is taken over; that sign comes
    four times a lease. An owner without a database gives its jobs up `margin` before. `capacity`
    jobs run in a process; one whose process ended `takeovers` times while running it fails."""

    lease: float = 15.0
    capacity: int = 16
    takeovers: int = 5
    flush: float = 0.25
    retry: float = 0.5

    @property
    def beat(self) -> float:
        """Seconds between signs of life."""
        return self.lease / 4

    @property
    def margin(self) -> float:
        """Seconds before its lease ends at which an owner gives up."""
        return self.lease / 7.5
