"""whether the channels of a recording are heard one by one, if its owner chose"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # no batch, here and below: SQLite may rebuild a table, and dropping the old one deletes all that refers to it
    op.add_column("recording", sa.Column("channels", sa.String(8), nullable=True))


def downgrade() -> None:
    op.drop_column("recording", "channels")
