"""The look of a recap: page, grid, colours and type. All lengths are points; a y counts from the foot of the page."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.render import faces

INK = "#1A1A1A"
DARK = "#4A4A4A"
MID = "#6E6E6E"
RED = "#A3261D"
HAIRLINE = "#CFCFCF"
LANE_LINE = "#DDDDDD"
TRACK = "#ECECEC"
NEUTRAL = "#8A8A8A"
WHITE = "#FFFFFF"

SPEAKER_COLOURS = ("#1E2F5D", "#CF6311", "#258672", "#7653BE", "#8A4E7F", "#688A52", "#453B14", "#408BD8")
SOLID_COLOURS = 4

GRID = 13.0
HALF = GRID / 2
LEFT = 48.0
WHAT = 156.0
NAME_INDENT = 11.0
NAME_WIDTH = 88.0
TEXT_WIDTH = 336.0
TASK_WIDTH = 244.0
DUE = 412.0
DUE_WIDTH = 98.0
LAST_BASELINE = 67.0
FOOT_BASELINE = 34.0


@dataclass(frozen=True, slots=True)
class Page:
    """One paper size; `first` is the distance of the first baseline from the top edge."""

    width: float
    height: float
    first: float

    @property
    def right(self) -> float:
        """The right edge of the rail with the times."""
        return self.width - LEFT

    @property
    def top(self) -> float:
        """The first baseline."""
        return self.height - self.first


PAGES = {"a4": Page(595.28, 841.89, 70.9), "letter": Page(612.0, 792.0, 66.0)}


@dataclass(frozen=True, slots=True)
class Style:
    """Type of one size and colour."""

    face: str
    size: float
    colour: str = INK


@dataclass(frozen=True, slots=True)
class Density:
    """How far rows and sections stand apart: below a row, from a head to its first row, and before a head."""

    row: float
    head: float
    section: float


NORMAL = Density(row=6.5, head=19.5, section=13.0)
COMPACT = Density(row=4.25, head=16.9, section=9.75)

TITLES = ((34.0, 39.0, 2), (26.0, 29.25, 3), (20.0, 22.75, 5))
TITLE_WIDTH = 360.0

PART_TITLE = Style(faces.DISPLAY, 19.5)
HEAD = Style(faces.SEMIBOLD, 12.5)
COUNT = Style(faces.LABEL, 9, MID)
CONTINUED = Style(faces.ITALIC, 10, MID)
OVERVIEW = Style(faces.TEXT, 11.5)
OVERVIEW_TIME = Style(faces.LABEL, 8.5, RED)
OVERVIEW_LEADING = 16.25
OVERVIEW_WIDTH = 386.0
BODY = Style(faces.TEXT, 10)
UNCERTAIN = Style(faces.TEXT, 10, MID)
TOPIC_TITLE = Style(faces.SEMIBOLD, 10.5)
QUOTE = Style(faces.ITALIC, 11.5)
SPEAKER = Style(faces.LABEL_SEMIBOLD, 9)
SPEAKER_AGAIN = Style(faces.LABEL_SEMIBOLD, 9, MID)
NAME = Style(faces.LABEL, 9, DARK)
TIME = Style(faces.LABEL, 9, RED)
AXIS = Style(faces.LABEL, 7.5, RED)
VALUE = Style(faces.LABEL, 9, DARK)
VALUE_INK = Style(faces.LABEL, 9)
VALUE_MID = Style(faces.LABEL, 9, MID)
NOTE = Style(faces.LABEL, 8, MID)
NOTE_RED = Style(faces.LABEL, 8, RED)
LEGEND = Style(faces.LABEL, 8.5, MID)
LEGEND_RED = Style(faces.LABEL, 8.5, RED)
FOOT_PART = Style(faces.LABEL_SEMIBOLD, 8, DARK)
FOOT_PAGE = Style(faces.LABEL, 8, DARK)
ORGANISATION = Style(faces.LABEL_SEMIBOLD, 9)
KIND = Style(faces.LABEL, 9, MID)
DATE_LINE = Style(faces.LABEL, 9.5, DARK)
NOTICE_LEAD = Style(faces.LABEL_SEMIBOLD, 8.5)
NOTICE = Style(faces.LABEL, 8.5, DARK)


def speaker_colour(number: int | None) -> tuple[str, bool]:
    """The colour of a speaker by the order of first speaking, and whether it is split into two stripes."""
    if number is None or number >= len(SPEAKER_COLOURS):
        return NEUTRAL, False
    return SPEAKER_COLOURS[number], number >= SOLID_COLOURS
