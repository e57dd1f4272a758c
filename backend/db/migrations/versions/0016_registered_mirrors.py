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
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("machine_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("updated_at", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_omaha_registered_mirror"),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["omaha_application.id"],
            name="fk_omaha_registered_mirror_application_id_omaha_application",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "application_id",
            "machine_id",
            name="uq_omaha_registered_mirror_application_id_machine_id",
        ),
    )


def downgrade() -> None:
    op.drop_table("omaha_registered_mirror")
