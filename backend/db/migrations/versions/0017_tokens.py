"""Where a credential was used last, who made a token, and whose a service account is."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ADDED = (
    ("user_session", "last_address", 64),
    ("access_token", "last_address", 64),
    ("access_token", "created_by", 128),
    ("service_account", "team", 63),
    ("service_account", "created_by", 128),
)


def upgrade() -> None:
    for table, name, length in _ADDED:
        with op.batch_alter_table(table) as altered:
            altered.add_column(
                sa.Column(name, sa.String(length), nullable=False, server_default="")
            )
        with op.batch_alter_table(table) as altered:
            altered.alter_column(name, server_default=None)
    with op.batch_alter_table("access_token") as altered:
        altered.add_column(sa.Column("replaced", sa.Float()))


def downgrade() -> None:
    with op.batch_alter_table("access_token") as altered:
        altered.drop_column("replaced")
    for table, name, _ in reversed(_ADDED):
        with op.batch_alter_table(table) as altered:
            altered.drop_column(name)
