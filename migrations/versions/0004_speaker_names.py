"""Names given to speakers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('speaker_name',
    sa.Column('recording_id', sa.String(length=32), nullable=False),
    sa.Column('transcript_key', sa.String(length=64), nullable=False),
    sa.Column('speaker_id', sa.String(length=16), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['recording_id'], ['recording.id'], name=op.f('fk_speaker_name_recording_id_recording'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('recording_id', 'transcript_key', 'speaker_id', name=op.f('pk_speaker_name'))
    )


def downgrade() -> None:
    op.drop_table('speaker_name')
