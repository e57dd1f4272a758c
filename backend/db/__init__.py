"""See README.md of this folder."""

from __future__ import annotations

from sqlmodel import SQLModel

from backend.db.naming import CONVENTION

SQLModel.metadata.naming_convention = CONVENTION
