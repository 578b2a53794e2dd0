"""The mark of a recap that nobody has reviewed yet, where its owner wants each to be reviewed."""

from __future__ import annotations

from dataclasses import replace

from pipeline.recap import Notice, Recap

NOT_REVIEWED = "not_reviewed"
DRAFT = "Draft: not reviewed"
_NOTICE = Notice(NOT_REVIEWED, "Nobody has checked this recap yet.", "Its page lists what is worth a listen.")


def mark_draft(recap: Recap) -> Recap:
    """The recap with the warning that nobody has reviewed it, which page, exports and PDF show."""
    return replace(recap, warnings=(_NOTICE, *recap.warnings))


def mark_title(title: str, *, is_draft: bool) -> str:
    """The title as the head of each page has it."""
    return f"{DRAFT} – {title}" if is_draft else title


def is_draft(recap: Recap) -> bool:
    """Whether the recap bears that mark."""
    return any(warning.code == NOT_REVIEWED for warning in recap.warnings)
