"""Command lines that ask to be let in (RFC 8628)."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device_request",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("client", sa.String(128), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False, index=True),
        sa.Column("polled", sa.Float(), nullable=False),
        sa.Column("interval", sa.Float(), nullable=False),
        sa.Column("decision", sa.String(8), nullable=False),
        sa.Column(
            "user_id",
            sa.String(32),
            sa.ForeignKey(
                "user_account.id",
                name="fk_device_request_user_id_user_account",
                ondelete="CASCADE",
            ),
            nullable=True,
            index=True,
        ),
        sa.Column("strong_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_device_request"),
        sa.UniqueConstraint("code", name="uq_device_request_code"),
    )


def downgrade() -> None:
    op.drop_table("device_request")
