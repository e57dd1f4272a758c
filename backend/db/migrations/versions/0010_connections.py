"""Connections made in the console, and the sealed secrets of any feature."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "connection",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("way", sa.String(64), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("created_by", sa.String(128), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.Column("changed_by", sa.String(128), nullable=False),
        sa.UniqueConstraint("kind", "name", name="uq_connection_kind_name"),
    )
    op.create_table(
        "sealed_secret",
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("row", sa.String(64), primary_key=True),
        sa.Column("field", sa.String(64), primary_key=True),
        sa.Column("key_id", sa.String(64), nullable=False, index=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("sealed_secret")
    op.drop_table("connection")
