"""the paper of documents, and letterheads of templates"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letterhead", sa.Column("paper", sa.String(length=8), server_default="a4", nullable=False))
    op.add_column("letterhead", sa.Column("template", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_letterhead_template"), "letterhead", ["template"])


def downgrade() -> None:
    op.drop_index(op.f("ix_letterhead_template"), "letterhead")
    op.drop_column("letterhead", "template")
    op.drop_column("letterhead", "paper")
