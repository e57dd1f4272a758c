"""Teams: their provider groups, and what they own."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "team_group",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("name", sa.String(256), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "provider", "name", name="pk_team_group"),
        _team("team_group"),
    )
    op.create_table(
        "team_scope",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("scope", sa.String(4096), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "scope", name="pk_team_scope"),
        _team("team_scope"),
    )


def downgrade() -> None:
    op.drop_table("team_scope")
    op.drop_table("team_group")


def _team(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["team_id"], ["team.id"], name=f"fk_{table}_team_id_team", ondelete="CASCADE"
    )
