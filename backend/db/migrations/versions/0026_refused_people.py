"""People whom their provider does not let in any more: since when; and when it was asked about
those who have no session of its own open."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("user_identity") as table:
        table.add_column(sa.Column("refused", sa.Float()))
        table.add_column(sa.Column("looked", sa.Float(), nullable=False, server_default="0"))
    with op.batch_alter_table("user_identity") as table:
        table.alter_column("looked", existing_type=sa.Float(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("user_identity") as table:
        table.drop_column("looked")
        table.drop_column("refused")
