"""the names and terms of a user, and those that a recording is made with"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # no batch, here and below: SQLite may rebuild a table, and dropping the old one deletes all that refers to it
    op.add_column("user", sa.Column("vocabulary", sa.Text(), nullable=True))
    op.add_column("recording", sa.Column("vocabulary", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("recording", "vocabulary")
    op.drop_column("user", "vocabulary")
