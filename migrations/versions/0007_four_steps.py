"""four steps of a job instead of three

Version 0.1 had one step `process` for what are now `listen` and `summarize`. Jobs that wait, or have ended and may be
tried again, get the new name. Jobs that a worker of version 0.1 is running keep the old one, which that worker needs to
end its step; the new code reads it as `listen`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

job = sa.table("job", sa.column("step"), sa.column("status"), sa.column("queue"))


def upgrade() -> None:
    op.execute(sa.update(job).where(job.c.step == "process", job.c.status != "running").values(step="listen"))


def downgrade() -> None:
    op.execute(sa.update(job).where(job.c.step.in_(("listen", "summarize"))).values(step="process", queue="gpu"))
