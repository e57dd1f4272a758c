"""Attempts to sign in may link what the provider knows to an account that is there."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "login_attempt",
        sa.Column("link_to", sa.String(32), nullable=False, server_default=""),
    )


def downgrade() -> None:
    op.drop_column("login_attempt", "link_to")
