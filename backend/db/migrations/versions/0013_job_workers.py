"""Which consoles run, with the jobs they know; uploads that a job finishes."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_worker",
        sa.Column("owner", sa.String(64), primary_key=True),
        sa.Column("place", sa.String(128), nullable=False),
        sa.Column("expires", sa.Float(), nullable=False),
    )
    op.create_table(
        "job_worker_kind",
        sa.Column(
            "owner",
            sa.String(64),
            sa.ForeignKey(
                "job_worker.owner", ondelete="CASCADE", name="fk_job_worker_kind_owner_job_worker"
            ),
            primary_key=True,
        ),
        sa.Column("kind", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reads", sa.Integer(), nullable=False),
    )
    op.add_column(
        "omaha_upload", sa.Column("job_id", sa.String(32), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("omaha_upload", "job_id")
    op.drop_table("job_worker_kind")
    op.drop_table("job_worker")
