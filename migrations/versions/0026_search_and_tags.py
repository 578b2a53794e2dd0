"""full-text search, and tags of recordings"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

#: SQLite's index. It keeps no text of its own; a trigger tells it what a row that goes had.
FTS5 = (
    "CREATE VIRTUAL TABLE search_index USING fts5("
    "words, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2')",
    "CREATE TABLE search_index_deleted (number INTEGER NOT NULL PRIMARY KEY)",
    "CREATE TRIGGER search_text_added AFTER INSERT ON search_text BEGIN "
    "INSERT INTO search_index (rowid, words) VALUES (new.id, coalesce(new.words, new.text)); END",
    "CREATE TRIGGER search_text_deleted AFTER DELETE ON search_text BEGIN "
    "INSERT INTO search_index (search_index, rowid, words) "
    "VALUES ('delete', old.id, coalesce(old.words, old.text)); "
    "INSERT OR REPLACE INTO search_index_deleted (number) VALUES (1); END",
)


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "recording_tag",
        sa.Column("recording_id", sa.String(length=32), nullable=False),
        sa.Column("tag", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name=op.f("fk_recording_tag_recording_id_recording"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("recording_id", "tag", name=op.f("pk_recording_tag")),
    )
    op.create_table(
        "search_entry",
        sa.Column("recording_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name=op.f("fk_search_entry_recording_id_recording"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_search_entry")),
    )
    op.create_table(
        "search_text",
        sa.Column("id", sa.Integer() if is_sqlite else sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("recording_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("start", sa.Double(), nullable=True),
        sa.Column("speaker", sa.String(length=80), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.Text() if is_sqlite else TSVECTOR(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name=op.f("fk_search_text_recording_id_recording"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_text")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_search_text_recording_id_kind"), "search_text", ["recording_id", "kind"])
    if is_sqlite:
        for statement in FTS5:
            op.execute(statement)
    else:
        op.create_index(op.f("ix_search_text_words"), "search_text", ["words"], postgresql_using="gin")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER search_text_added")
        op.execute("DROP TRIGGER search_text_deleted")
        op.drop_table("search_index_deleted")
        op.drop_table("search_index")
    for table in ("search_text", "search_entry", "recording_tag"):
        op.drop_table(table)
