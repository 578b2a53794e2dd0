"""trials of language models, and what came of them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_trial",
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("model", sa.String(length=400), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("losses", sa.Integer(), nullable=False),
        sa.Column("progress", sa.Double(), nullable=False),
        sa.Column("tried_at", sa.DateTime(), nullable=True),
        sa.Column("seconds_a_minute", sa.Double(), nullable=True),
        sa.Column("written", sa.Integer(), nullable=True),
        sa.Column("proven", sa.Integer(), nullable=True),
        sa.Column("decisions_found", sa.Integer(), nullable=True),
        sa.Column("decisions", sa.Integer(), nullable=True),
        sa.Column("tasks_found", sa.Integer(), nullable=True),
        sa.Column("tasks", sa.Integer(), nullable=True),
        sa.Column("needs_bytes", sa.BigInteger(), nullable=False),
        sa.Column("manner", sa.String(length=200), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_model_trial"),
    )


def downgrade() -> None:
    op.drop_table("model_trial")
