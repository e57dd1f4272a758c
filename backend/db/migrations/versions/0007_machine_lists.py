"""Machines in order of name or address among millions, and the few hidden ones."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("name", "ip"):
        op.drop_index(f"ix_omaha_instance_{column}", "omaha_instance")
        op.create_index(f"ix_omaha_instance_{column}", "omaha_instance", [column, "id"])
    op.create_index(
        "ix_omaha_instance_hidden",
        "omaha_instance",
        ["group_id"],
        postgresql_where=sa.text("hidden"),
        sqlite_where=sa.text("hidden"),
    )


def downgrade() -> None:
    op.drop_index("ix_omaha_instance_hidden", "omaha_instance")
    for column in ("name", "ip"):
        op.drop_index(f"ix_omaha_instance_{column}", "omaha_instance")
        op.create_index(f"ix_omaha_instance_{column}", "omaha_instance", [column])
