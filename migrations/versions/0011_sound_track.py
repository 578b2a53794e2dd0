"""the sound track that the owner of a recording chose"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("recording") as recording:
        recording.add_column(sa.Column("track", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("recording") as recording:
        recording.drop_column("track")
