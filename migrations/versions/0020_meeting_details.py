"""the details of a meeting: date, place, kind and attendees"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recording", sa.Column("details", sa.JSON(), nullable=True))


def downgrade() -> None:
    op.drop_column("recording", "details")
