"""Sessions that go on under another id since a step-up."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_session", sa.Column("replaced_by", sa.String(64), nullable=True))
    op.create_index("ix_user_session_replaced_by", "user_session", ["replaced_by"])


def downgrade() -> None:
    op.drop_index("ix_user_session_replaced_by", "user_session")
    op.drop_column("user_session", "replaced_by")
