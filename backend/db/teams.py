"""A team's provider groups and what it owns, by name or by labels; its people by hand are in
`backend.db.identity`."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

__all__ = ["TeamGroupRecord", "TeamScopeRecord", "TeamSelectorRecord"]


class TeamGroupRecord(SQLModel, table=True):
    """Whoever a provider says is in this group belongs to the team."""

    __tablename__ = "team_group"

    team_id: str = Field(foreign_key="team.id", ondelete="CASCADE", primary_key=True)
    provider: str = Field(primary_key=True, max_length=64)
    name: str = Field(primary_key=True, max_length=256)


class TeamScopeRecord(SQLModel, table=True):
    """The team owns what lies at this scope (text form of auth.scope): a role given at the team
    is given there."""

    __tablename__ = "team_scope"

    team_id: str = Field(foreign_key="team.id", ondelete="CASCADE", primary_key=True)
    scope: str = Field(primary_key=True, max_length=4096)


class TeamSelectorRecord(SQLModel, table=True):
    """The team owns the namespaces of `cluster` (empty: of every cluster) whose labels the selector
    `labels` fits, as Kubernetes writes selectors; while they have them."""

    __tablename__ = "team_selector"

    team_id: str = Field(foreign_key="team.id", ondelete="CASCADE", primary_key=True)
    cluster: str = Field(primary_key=True, max_length=63)
    labels: str = Field(primary_key=True, max_length=1024)
