"""Teams own namespaces by their labels, too."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "team_selector",
        sa.Column("team_id", sa.String(32), nullable=False),
        sa.Column("cluster", sa.String(63), nullable=False),
        sa.Column("labels", sa.String(1024), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "cluster", "labels", name="pk_team_selector"),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name="fk_team_selector_team_id_team", ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    op.drop_table("team_selector")
