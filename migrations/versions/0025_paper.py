"""the size of the paper of all documents"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letterhead", sa.Column("paper", sa.String(length=8), server_default="a4", nullable=False))


def downgrade() -> None:
    op.drop_column("letterhead", "paper")
