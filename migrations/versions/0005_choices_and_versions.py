"""Options of a recap, its versions, and templates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import core.database.base

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('recording', schema=None) as batch_op:
        batch_op.add_column(sa.Column('template', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('summary_language', sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column('model', sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column('instructions', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=True))

    op.create_table('template',
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('instructions', sa.Text(), nullable=False),
    sa.Column('made_at', core.database.base.UTCDateTime(), nullable=False),
    sa.Column('made_by', sa.String(length=32), nullable=True),
    sa.Column('removed_at', core.database.base.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['made_by'], ['user.id'], name=op.f('fk_template_made_by_user'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_template'))
    )
    version = op.create_table('version',
    sa.Column('recording_id', sa.String(length=32), nullable=False),
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('made_at', core.database.base.UTCDateTime(), nullable=False),
    sa.Column('template', sa.String(length=64), nullable=False),
    sa.Column('language', sa.String(length=16), nullable=False),
    sa.Column('model', sa.String(length=255), nullable=True),
    sa.Column('engine', sa.String(length=32), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('pdf_key', sa.String(length=64), nullable=True),
    sa.Column('transcript_key', sa.String(length=64), nullable=True),
    sa.Column('choices', sa.JSON(), nullable=False),
    sa.Column('columns', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['recording_id'], ['recording.id'], name=op.f('fk_version_recording_id_recording'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('recording_id', 'number', name=op.f('pk_version'))
    )
    with op.batch_alter_table('version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_version_key'), ['key'], unique=False)
        batch_op.create_index(batch_op.f('ix_version_pdf_key'), ['pdf_key'], unique=False)
    _make_first_versions(version)


def _make_first_versions(version: sa.Table) -> None:
    """Existing recaps become version 1. Which model wrote them is recorded only in their files."""
    recording = sa.table('recording', *map(sa.column, ('id', 'version', 'detected_language')),
                         sa.column('created_at', core.database.base.UTCDateTime()),
                         sa.column('facts', sa.JSON()), sa.column('warnings', sa.JSON()))  # fmt: skip
    job = sa.table('job', *map(sa.column, ('recording_id', 'status')), sa.column('finished_at', core.database.base.UTCDateTime()))
    result = sa.table('result', *map(sa.column, ('recording_id', 'kind', 'key')))
    pdf, transcript = result.alias('pdf'), result.alias('transcript')
    found = (
        sa.select(recording, job.c.status, job.c.finished_at, result.c.key, pdf.c.key.label('pdf_key'),
                  transcript.c.key.label('transcript_key'))
        .join(result, sa.and_(result.c.recording_id == recording.c.id, result.c.kind == 'recap'))
        .join(job, job.c.recording_id == recording.c.id)
        .outerjoin(pdf, sa.and_(pdf.c.recording_id == recording.c.id, pdf.c.kind == 'pdf'))
        .outerjoin(transcript, sa.and_(transcript.c.recording_id == recording.c.id, transcript.c.kind == 'transcript'))
    )  # fmt: skip
    connection = op.get_bind()
    for row in connection.execute(found).all():
        if not row.facts:
            continue
        connection.execute(version.insert().values(
            recording_id=row.id, number=1, made_at=row.finished_at or row.created_at, template='meeting',
            language=row.detected_language or '', model=None, engine='', digest='', key=row.key, pdf_key=row.pdf_key,
            transcript_key=row.transcript_key,
            choices={}, columns={'detected_language': row.detected_language, 'warnings': row.warnings, 'facts': row.facts},
        ))  # fmt: skip
        if row.status == 'done':
            connection.execute(sa.update(recording).where(recording.c.id == row.id).values(version=1))


def downgrade() -> None:
    op.drop_table('version')
    op.drop_table('template')
    # not in a batch: on SQLite that recreates the table, and dropping the old one cascades to referencing rows
    for column in ('version', 'instructions', 'model', 'summary_language', 'template'):
        op.drop_column('recording', column)
