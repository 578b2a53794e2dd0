"""Space reserved for files that are arriving in one request."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import core.database.base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reservation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.String(length=32), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", core.database.base.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user.id"], name=op.f("fk_reservation_owner_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservation")),
    )
    op.create_index(op.f("ix_reservation_owner_id"), "reservation", ["owner_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_reservation_owner_id"), table_name="reservation")
    op.drop_table("reservation")
