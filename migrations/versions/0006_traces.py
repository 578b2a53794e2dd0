"""Traces of the stage files a recording has used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    trace = op.create_table('trace',
    sa.Column('recording_id', sa.String(length=32), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['recording_id'], ['recording.id'], name=op.f('fk_trace_recording_id_recording'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('recording_id', 'key', name=op.f('pk_trace'))
    )
    with op.batch_alter_table('trace', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_trace_key'), ['key'], unique=False)
    columns = ('recording_id', 'key', 'pdf_key')
    result, version = (sa.table(name, *map(sa.column, columns)) for name in ('result', 'version'))
    used = sa.union(
        sa.select(result.c.recording_id, result.c.key),
        sa.select(version.c.recording_id, version.c.key),
        sa.select(version.c.recording_id, version.c.pdf_key).where(version.c.pdf_key.is_not(None)),
    )
    op.execute(sa.insert(trace).from_select(['recording_id', 'key'], used))


def downgrade() -> None:
    op.drop_table('trace')
