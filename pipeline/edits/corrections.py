"""What people corrected by hand, for whoever writes the recap again."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.edits import edit as kinds
from pipeline.edits.edit import Edit, effective
from pipeline.edits.replacement import Replacement

Correction = tuple[str, str]
"""A text as it was written, and as it should be: "" before if people added it, "" after if they removed it; both the
same if they approved it."""


def list_corrections(edits: Sequence[Edit]) -> tuple[Correction, ...]:
    """The corrections of points and words that hold, the one made last at the end."""
    found: dict[int, Correction] = {}
    approved: set[int] = set()
    for edit in effective(edits):
        if edit.kind == kinds.REPLACE:
            replacement = Replacement.read(edit.payload)
            found[edit.number] = (replacement.find, replacement.write)
        elif edit.root is not None and edit.kind in (kinds.CHANGE, kinds.ADD, kinds.REMOVE, kinds.APPROVE):
            root = edit.root
            written = (edit.payload["target"]["written"] or {}).get("text", "")
            before, after = found.pop(root, (written, written))
            found[root] = (before, _change(edit, after))
            if edit.kind == kinds.APPROVE:
                (approved.add if edit.payload["approved"] else approved.discard)(root)
    return tuple(each for root, each in found.items() if each[0] != each[1] or root in approved)


def _change(edit: Edit, text: str) -> str:
    """A point's text after an edit of it."""
    if edit.kind == kinds.REMOVE:
        return ""
    return str(edit.payload["changes"].get("text", text)) if edit.kind in (kinds.CHANGE, kinds.ADD) else text
