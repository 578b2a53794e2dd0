"""what recordings are made of that were joined of others, or split"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recording", sa.Column("parts", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("recording", "parts")
