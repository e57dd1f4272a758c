"""Mirrors that a person registered, beside those that are told by their requests."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "omaha_registered_mirror",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "application_id",
            sa.Integer(),
            sa.ForeignKey("omaha_application.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("machine_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("updated_at", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("application_id", "machine_id"),
    )


def downgrade() -> None:
    op.drop_table("omaha_registered_mirror")
