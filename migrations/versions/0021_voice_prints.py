"""the voices of speakers, and whether a user wants names proposed by them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user", sa.Column("keeps_voices", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "voice_print",
        sa.Column("recording_id", sa.String(length=32), nullable=False),
        sa.Column("transcript_key", sa.String(length=64), nullable=False),
        sa.Column("speaker_id", sa.String(length=16), nullable=False),
        sa.Column("engine", sa.String(length=200), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recording.id"],
            name=op.f("fk_voice_print_recording_id_recording"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", "transcript_key", "speaker_id", name=op.f("pk_voice_print")),
    )


def downgrade() -> None:
    op.drop_table("voice_print")
    op.drop_column("user", "keeps_voices")
