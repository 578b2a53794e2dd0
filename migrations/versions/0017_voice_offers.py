"""the answers of people to offers to merge or part speakers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "voice_answer",
        sa.Column("recording_id", sa.String(length=32), nullable=False),
        sa.Column("transcript_key", sa.String(length=64), nullable=False),
        sa.Column("offer_id", sa.String(length=48), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.id"],
            name=op.f("fk_voice_answer_recording_id_recording"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "transcript_key", "offer_id", name=op.f("pk_voice_answer")),
    )


def downgrade() -> None:
    op.drop_table("voice_answer")
