"""What the update service remembers of requests it refused and of the mirrors behind it."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "omaha_refused",
        sa.Column("key", sa.String(320), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("ip", sa.String(45), nullable=False),
        sa.Column("why", sa.String(400), nullable=False),
        sa.Column("begins", sa.String(400), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.Float(), nullable=False),
        sa.Column("last_at", sa.Float(), nullable=False, index=True),
    )
    op.create_table(
        "omaha_mirror",
        sa.Column("key", sa.String(400), primary_key=True),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("ip", sa.String(45), nullable=False),
        sa.Column("machine_id", sa.String(64), nullable=False),
        sa.Column("release", sa.String(64), nullable=False),
        sa.Column("offered", sa.String(64), nullable=False),
        sa.Column("manifests", sa.Integer(), nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("first_at", sa.Float(), nullable=False),
        sa.Column("last_at", sa.Float(), nullable=False, index=True),
    )


def downgrade() -> None:
    op.drop_table("omaha_mirror")
    op.drop_table("omaha_refused")
