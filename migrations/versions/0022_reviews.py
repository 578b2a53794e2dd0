"""since when the recaps of a user wait for a review"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user", sa.Column("review_since", sa.DateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("user", "review_since")
