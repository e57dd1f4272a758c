"""When a provider last told that somebody is in a group."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("user_group") as table:
        table.add_column(sa.Column("told", sa.Float(), nullable=True))
    told = sa.table("user_group", sa.column("told", sa.Float()))
    op.execute(told.update().values(told=time.time()))
    with op.batch_alter_table("user_group") as table:
        table.alter_column("told", existing_type=sa.Float(), nullable=False)
    with op.batch_alter_table("user_identity") as table:
        for name, kind in (
            ("login", sa.String(128)),
            ("email", sa.String(256)),
            ("used", sa.Float()),
        ):
            table.alter_column(
                name, existing_type=kind, existing_nullable=False, server_default=None
            )


def downgrade() -> None:
    with op.batch_alter_table("user_group") as table:
        table.drop_column("told")
