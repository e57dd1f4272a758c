"""Authenticator apps and recovery codes of local accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def _of_user(table: str, *, index: bool = False) -> sa.Column[str]:
    name = f"fk_{table}_user_id_user_account"
    key = sa.ForeignKey("user_account.id", name=name, ondelete="CASCADE")
    return sa.Column("user_id", sa.String(32), key, nullable=False, index=index)


def upgrade() -> None:
    op.create_table(
        "totp_factor",
        _of_user("totp_factor"),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("used", sa.Float(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_totp_factor"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.String(64), nullable=False),
        _of_user("recovery_code", index=True),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_code"),
    )


def downgrade() -> None:
    op.execute("DELETE FROM sealed_secret WHERE owner IN ('totp_factor', 'sign_in_step')")
    op.drop_table("recovery_code")
    op.drop_table("totp_factor")
