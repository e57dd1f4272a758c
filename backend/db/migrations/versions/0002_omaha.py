"""The update service: configuration, fleet, counters, history, roll-ups."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STORAGE = {
    "omaha_instance": "fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05",
    "omaha_counter": "fillfactor = 30, autovacuum_vacuum_threshold = 500",
    "omaha_tally": "fillfactor = 30, autovacuum_vacuum_threshold = 500",
    "omaha_rollout": "fillfactor = 50, autovacuum_vacuum_threshold = 500",
}


def _bytes(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, "C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "omaha_activity",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer()),
        sa.Column("group_id", sa.Integer()),
        sa.Column("channel_id", sa.Integer()),
        sa.Column("rollout_id", sa.Integer()),
        sa.Column("instance_id", BIG),
        sa.Column("machine_id", sa.String(50), nullable=False),
        sa.Column("release", sa.String(64), nullable=False),
        sa.Column("error_code", sa.Integer()),
        sa.Column("detail", sa.String(1024), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_omaha_activity_at", "omaha_activity", ["at"])
    op.create_index("ix_omaha_activity_group", "omaha_activity", ["group_id", "id"])
    op.create_table(
        "omaha_application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appid", sa.String(64), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("description", sa.String(1024), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("updated_at", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("appid"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "omaha_config",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "omaha_counter",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("in_progress", sa.Integer(), nullable=False),
        sa.Column("timed_out", sa.Integer(), nullable=False),
        sa.Column("buckets", sa.Text(), nullable=False),
        sa.Column("silent", sa.Integer(), nullable=False),
        sa.Column("silent_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("group_id"),
    )
    op.create_table(
        "omaha_history",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("instance_id", BIG, nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("rollout_id", sa.Integer()),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("release", sa.String(64), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.Integer()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_omaha_history_group", "omaha_history", ["group_id", "status", "at"])
    op.create_index("ix_omaha_history_instance", "omaha_history", ["instance_id", "id"])
    op.create_table(
        "omaha_instance",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("machine_id", _bytes(50), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("release", sa.String(64), nullable=False),
        sa.Column("arch", sa.Integer(), nullable=False),
        sa.Column("track", sa.String(256), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.Integer()),
        sa.Column("grant_state", sa.Integer(), nullable=False),
        sa.Column("rollout_id", sa.Integer()),
        sa.Column("granted_release", sa.String(64)),
        sa.Column("granted_at", sa.Float()),
        sa.Column("expires_at", sa.Float()),
        sa.Column("status_at", sa.Float(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("last_seen", sa.Float(), nullable=False),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("name", _bytes(256), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("ip", _bytes(45), nullable=False),
        sa.Column("oem", sa.String(64), nullable=False),
        sa.Column("oem_version", sa.String(64), nullable=False),
        sa.Column("aleph_version", sa.String(64), nullable=False),
        sa.Column("platform", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_omaha_instance_ip", "omaha_instance", ["ip"])
    op.create_index("ix_omaha_instance_name", "omaha_instance", ["name"])
    op.create_index(
        "ix_omaha_instance_open",
        "omaha_instance",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("grant_state = 1"),
        sqlite_where=sa.text("grant_state = 1"),
    )
    op.create_index("ix_omaha_instance_release", "omaha_instance", ["group_id", "release", "id"])
    op.create_index(
        "ix_omaha_instance_rollout",
        "omaha_instance",
        ["rollout_id", "grant_state"],
        unique=False,
        postgresql_where=sa.text("rollout_id IS NOT NULL"),
        sqlite_where=sa.text("rollout_id IS NOT NULL"),
    )
    op.create_index("ix_omaha_instance_status", "omaha_instance", ["group_id", "status", "id"])
    op.create_index(
        "ux_omaha_instance_machine", "omaha_instance", ["machine_id", "application_id"], unique=True
    )
    op.create_table(
        "omaha_lease",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "omaha_rollup",
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("release", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("machines", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("seconds", "at", "group_id", "release", "status"),
    )
    op.create_table(
        "omaha_tally",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("release", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("machines", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "release", "status"),
    )
    op.create_table(
        "omaha_package",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("release", sa.String(64), nullable=False),
        sa.Column("arch", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(1024), nullable=False),
        sa.Column("filename", sa.String(256), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha1", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("description", sa.String(1024), nullable=False),
        sa.Column("release_notes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("updated_at", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["omaha_application.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("application_id", "release", "arch"),
    )
    op.create_index("ix_omaha_package_application_id", "omaha_package", ["application_id"])
    op.create_table(
        "omaha_channel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("arch", sa.Integer(), nullable=False),
        sa.Column("color", sa.String(16), nullable=False),
        sa.Column("package_id", sa.Integer()),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("updated_at", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["omaha_application.id"]),
        sa.ForeignKeyConstraint(["package_id"], ["omaha_package.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("application_id", "name", "arch"),
    )
    op.create_index("ix_omaha_channel_package_id", "omaha_channel", ["package_id"])
    op.create_table(
        "omaha_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("package_id", sa.Integer()),
        sa.Column("name", sa.String(256), nullable=False),
        sa.Column("path", sa.String(512), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("sha1", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("signature", sa.String(512), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("updated_at", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["package_id"], ["omaha_package.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_index("ix_omaha_file_package_id", "omaha_file", ["package_id"])
    op.create_table(
        "omaha_package_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(256), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha1", sa.String(64), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["package_id"], ["omaha_package.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("package_id", "name"),
    )
    op.create_table(
        "omaha_blacklist",
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["omaha_channel.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["package_id"], ["omaha_package.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("package_id", "channel_id"),
    )
    op.create_index("ix_omaha_blacklist_channel_id", "omaha_blacklist", ["channel_id"])
    op.create_table(
        "omaha_floor",
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(1024), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["channel_id"], ["omaha_channel.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["package_id"], ["omaha_package.id"]),
        sa.PrimaryKeyConstraint("channel_id", "package_id"),
    )
    op.create_index("ix_omaha_floor_package_id", "omaha_floor", ["package_id"])
    op.create_table(
        "omaha_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer()),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("description", sa.String(1024), nullable=False),
        sa.Column("track", sa.String(256), nullable=False),
        sa.Column("arch", sa.Integer(), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("rollout_id", sa.Integer()),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("updated_at", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["omaha_application.id"]),
        sa.ForeignKeyConstraint(["channel_id"], ["omaha_channel.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("application_id", "name", "arch"),
        sa.UniqueConstraint("application_id", "track", "arch"),
    )
    op.create_index("ix_omaha_group_channel_id", "omaha_group", ["channel_id"])
    op.create_table(
        "omaha_rollout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("release", sa.String(64), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(1024), nullable=False),
        sa.Column("started_at", sa.Float()),
        sa.Column("finished_at", sa.Float()),
        sa.Column("paused_at", sa.Float()),
        sa.Column("paused_seconds", sa.Float(), nullable=False),
        sa.Column("in_progress", sa.Integer(), nullable=False),
        sa.Column("timed_out", sa.Integer(), nullable=False),
        sa.Column("succeeded", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("deferred", sa.Integer(), nullable=False),
        sa.Column("forced", sa.Integer(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("wave_started_at", sa.Float()),
        sa.Column("wave_base_succeeded", sa.Integer(), nullable=False),
        sa.Column("wave_base_failed", sa.Integer(), nullable=False),
        sa.Column("brake_base", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["omaha_group.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["package_id"], ["omaha_package.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_omaha_rollout_group_id", "omaha_rollout", ["group_id"])
    op.create_index("ix_omaha_rollout_package_id", "omaha_rollout", ["package_id"])
    op.execute("INSERT INTO omaha_config (id, version) VALUES (1, 1)")
    if op.get_bind().dialect.name == "postgresql":
        for table, options in STORAGE.items():
            op.execute(f"ALTER TABLE {table} SET ({options})")


def downgrade() -> None:
    for table in (
        "omaha_rollout",
        "omaha_group",
        "omaha_floor",
        "omaha_blacklist",
        "omaha_package_file",
        "omaha_file",
        "omaha_channel",
        "omaha_package",
        "omaha_tally",
        "omaha_rollup",
        "omaha_lease",
        "omaha_instance",
        "omaha_history",
        "omaha_counter",
        "omaha_config",
        "omaha_application",
        "omaha_activity",
    ):
        op.drop_table(table)
