"""Identity providers of several kinds: what only one kind has is kept as its settings."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

OIDC = {
    "issuer": 512,
    "client_id": 256,
    "scopes": 512,
    "claim_login": 128,
    "claim_name": 128,
    "claim_email": 128,
    "claim_groups": 128,
}
KEPT = sa.table(
    "identity_provider",
    sa.column("id", sa.String),
    sa.column("kind", sa.String),
    sa.column("address", sa.String),
    sa.column("settings", sa.JSON),
    *(sa.column(name, sa.String) for name in OIDC),
)


def upgrade() -> None:
    with op.batch_alter_table("identity_provider") as table:
        table.add_column(sa.Column("address", sa.String(512), nullable=False, server_default=""))
        table.add_column(sa.Column("settings", sa.JSON(), nullable=False, server_default="{}"))
    found = op.get_bind().execute(sa.select(KEPT.c.id, *(KEPT.c[name] for name in OIDC)))
    for row in found.mappings().all():
        values = {"address": row["issuer"], "settings": {name: row[name] for name in OIDC}}
        op.execute(KEPT.update().where(KEPT.c.id == row["id"]).values(**values))
    with op.batch_alter_table("identity_provider") as table:
        table.alter_column("address", existing_type=sa.String(512), server_default=None)
        table.alter_column("settings", existing_type=sa.JSON(), server_default=None)
        for name in OIDC:
            table.drop_column(name)


def downgrade() -> None:
    with op.batch_alter_table("identity_provider") as table:
        for name, length in OIDC.items():
            table.add_column(sa.Column(name, sa.String(length), nullable=False, server_default=""))
    found = op.get_bind().execute(sa.select(KEPT.c.id, KEPT.c.settings)).mappings().all()
    for row in found:
        values = {name: row["settings"].get(name, "") for name in OIDC}
        # Of other kinds the release before knows nothing.
        if not values["client_id"]:
            op.execute(KEPT.delete().where(KEPT.c.id == row["id"]))
            continue
        op.execute(KEPT.update().where(KEPT.c.id == row["id"]).values(**values))
    with op.batch_alter_table("identity_provider") as table:
        for name, length in OIDC.items():
            table.alter_column(name, existing_type=sa.String(length), server_default=None)
        table.drop_column("settings")
        table.drop_column("address")
