"""Passkeys of local accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column(
            "user_id",
            sa.String(32),
            sa.ForeignKey(
                "user_account.id", name="fk_passkey_user_id_user_account", ondelete="CASCADE"
            ),
            nullable=False,
            index=True,
        ),
        sa.Column("credential_id", sa.String(1364), nullable=False),
        sa.Column("public_key", sa.String(4096), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("used", sa.Float(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
    )


def downgrade() -> None:
    op.drop_table("passkey")
