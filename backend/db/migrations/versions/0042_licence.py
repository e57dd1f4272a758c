"""Licences: those put in, what is known of them, what happened."""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "licence_document",
        sa.Column("id", sa.String(256), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("added", sa.Float(), nullable=False),
        sa.Column("added_by", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_licence_document"),
    )
    state = op.create_table(
        "licence_state",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("installation", sa.String(32), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("over", sa.JSON(), nullable=False),
        sa.Column("began", sa.JSON(), nullable=False),
        sa.Column("mark", sa.Float(), nullable=True),
        sa.Column("resets", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_licence_state"),
    )
    op.create_table(
        "license_event",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("before", sa.String(1024), nullable=False),
        sa.Column("after", sa.String(1024), nullable=False),
        sa.Column("by", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_license_event"),
    )
    op.create_index("ix_license_event_at", "license_event", ["at"])
    op.bulk_insert(
        state,
        [
            {
                "id": "licence",
                "installation": uuid.uuid4().hex,
                "state": "COMMUNITY",
                "since": 0.0,
                "over": [],
                "began": {},
                "mark": None,
                "resets": 0,
                "facts": {},
                "kept": {},
                "row_version": 1,
            }
        ],
    )


def downgrade() -> None:
    op.drop_table("license_event")
    op.drop_table("licence_state")
    op.drop_table("licence_document")
