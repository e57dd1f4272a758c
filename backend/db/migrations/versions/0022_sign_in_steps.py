"""One-time passwords, and the steps of a sign-in that takes more than one."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("user_account") as table:
        table.add_column(sa.Column("one_time_until", sa.Float(), nullable=True))
    op.create_table(
        "sign_in_step",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("user_id", sa.String(32), nullable=True),
        sa.Column("held", sa.String(1024), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_step"),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name="fk_sign_in_step_user_id_user_account",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_sign_in_step_user_id", "sign_in_step", ["user_id"])
    op.create_index("ix_sign_in_step_expires", "sign_in_step", ["expires"])


def downgrade() -> None:
    op.drop_table("sign_in_step")
    with op.batch_alter_table("user_account") as table:
        table.drop_column("one_time_until")
