"""Who did what: the audit record that every change, refusal and reveal goes through."""

from __future__ import annotations

from backend.audit.change import Change
from backend.audit.counted import Exports, Refusals
from backend.audit.origin import Origin, origin_of
from backend.audit.record import Audit, Tried
from backend.audit.target import Target

__all__ = ["Audit", "Change", "Exports", "Origin", "Refusals", "Target", "Tried", "origin_of"]
