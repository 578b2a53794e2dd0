"""the sound track that the owner of a recording chose"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # no batch, here and below: SQLite may rebuild a table, and dropping the old one deletes all that refers to it
    op.add_column("recording", sa.Column("track", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("recording", "track")
