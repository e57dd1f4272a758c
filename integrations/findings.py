"""What a test of a connection finds. Plain data."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Certificate", "ProbeResult", "Right"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that ends some day: the server's, ours, or an authority's."""

    what: str
    subject: str
    expires: float
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Right:
    """Something the console needs to be allowed, and what is missing without it."""

    title: str
    held: bool
    without: str = ""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """A system that answered. `latency` in seconds; `clock_skew` is its clock minus ours."""

    version: str
    identity: str = ""
    """Who it takes us for; empty where it does not say."""
    rights: tuple[Right, ...] = ()
    latency: float | None = None
    clock_skew: float | None = None
    certificates: tuple[Certificate, ...] = ()
    notes: tuple[str, ...] = ()
