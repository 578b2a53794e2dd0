"""How fast each stage runs on this installation."""

from __future__ import annotations

from sqlalchemy import func, select

from core.database.sessions import read, write
from core.database.tables import StageSpeed


def note_speed(stage: str, model: str, work_seconds: float, audio_seconds: float) -> None:
    """Learn what a stage takes here, for the time left: a moving average over recordings of some length."""
    if audio_seconds < 5:
        return
    ratio = work_seconds / audio_seconds
    with write() as session:
        known = session.get(StageSpeed, (stage, model))
        if known is None:
            session.add(StageSpeed(stage=stage, model=model, ratio=ratio))
        else:
            known.ratio += 0.3 * (ratio - known.ratio)


def speeds() -> dict[str, float]:
    """Seconds of work a second of audio, by stage, of the slowest model seen."""
    with read() as session:
        rows = session.execute(select(StageSpeed.stage, func.max(StageSpeed.ratio)).group_by(StageSpeed.stage))
        return dict(rows.all())
