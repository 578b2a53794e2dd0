"""Which edit is undone or done again next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.edits.edit import REDO, UNDO, Edit


@dataclass(frozen=True, slots=True)
class NextSteps:
    """The numbers of the edits that undo and redo are about; None where there is none."""

    undo: int | None
    redo: int | None


def last_number(edits: Sequence[Edit]) -> int:
    """The number of the last of some edits, which are in order; 0 if there is none."""
    return edits[-1].number if edits else 0


def find_next_steps(edits: Iterable[Edit]) -> NextSteps:
    """What is undone next, and what is done again: a new edit leaves nothing to do again."""
    done: list[int] = []
    undone: list[int] = []
    for edit in sorted(edits, key=lambda edit: edit.number):
        if edit.kind == UNDO:
            number = edit.payload["edit"]
            done.remove(number)
            undone.append(number)
        elif edit.kind == REDO:
            number = edit.payload["edit"]
            undone = [each for each in undone if each != number]
            done.append(number)
        else:
            done.append(edit.number)
            undone = []
    return NextSteps(done[-1] if done else None, undone[-1] if undone else None)
