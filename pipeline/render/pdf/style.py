"""The look of a recap: page, grid, colours and type. All lengths are points; a y counts from the foot of the page."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.render.pdf import fonts

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
class PaperSize:
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


PAPER_SIZES = {"a4": PaperSize(595.28, 841.89, 70.9), "letter": PaperSize(612.0, 792.0, 66.0)}


@dataclass(frozen=True, slots=True)
class TextStyle:
    """Type of one size and colour."""

    font: str
    size: float
    colour: str = INK


@dataclass(frozen=True, slots=True)
class Density:
    """The space below a row, from a head to its first row, and before a head."""

    row: float
    head: float
    section: float


NORMAL = Density(row=6.5, head=19.5, section=13.0)
COMPACT = Density(row=4.25, head=16.9, section=9.75)

TITLES = ((34.0, 39.0, 2), (26.0, 29.25, 3), (20.0, 22.75, 5))
TITLE_WIDTH = 360.0

PART_TITLE = TextStyle(fonts.DISPLAY, 19.5)
HEAD = TextStyle(fonts.SEMIBOLD, 12.5)
COUNT = TextStyle(fonts.LABEL, 9, MID)
CONTINUED = TextStyle(fonts.ITALIC, 10, MID)
OVERVIEW = TextStyle(fonts.TEXT, 11.5)
OVERVIEW_TIME = TextStyle(fonts.LABEL, 8.5, RED)
OVERVIEW_LEADING = 16.25
OVERVIEW_WIDTH = 386.0
BODY = TextStyle(fonts.TEXT, 10)
UNCERTAIN = TextStyle(fonts.TEXT, 10, MID)
SPELLED = TextStyle(fonts.ITALIC, 10)
TOPIC_TITLE = TextStyle(fonts.SEMIBOLD, 10.5)
QUOTE = TextStyle(fonts.ITALIC, 11.5)
EVIDENCE = TextStyle(fonts.ITALIC, 8.5, MID)
SPEAKER = TextStyle(fonts.LABEL_SEMIBOLD, 9)
SPEAKER_AGAIN = TextStyle(fonts.LABEL_SEMIBOLD, 9, MID)
NAME = TextStyle(fonts.LABEL, 9, DARK)
TIME = TextStyle(fonts.LABEL, 9, RED)
AXIS = TextStyle(fonts.LABEL, 7.5, RED)
VALUE = TextStyle(fonts.LABEL, 9, DARK)
VALUE_INK = TextStyle(fonts.LABEL, 9)
VALUE_MID = TextStyle(fonts.LABEL, 9, MID)
NOTE = TextStyle(fonts.LABEL, 8, MID)
NOTE_RED = TextStyle(fonts.LABEL, 8, RED)
LEGEND = TextStyle(fonts.LABEL, 8.5, MID)
LEGEND_SPELLED = TextStyle(fonts.ITALIC, 8.5, MID)
LEGEND_RED = TextStyle(fonts.LABEL, 8.5, RED)
FOOT_PART = TextStyle(fonts.LABEL_SEMIBOLD, 8, DARK)
FOOT_PAGE = TextStyle(fonts.LABEL, 8, DARK)
ORGANISATION = TextStyle(fonts.LABEL_SEMIBOLD, 9)
KIND = TextStyle(fonts.LABEL, 9, MID)
DATE_LINE = TextStyle(fonts.LABEL, 9.5, DARK)
DETAIL = TextStyle(fonts.LABEL, 9.5, MID)
NOTICE_LEAD = TextStyle(fonts.LABEL_SEMIBOLD, 8.5)
NOTICE = TextStyle(fonts.LABEL, 8.5, DARK)


def speaker_colour(number: int | None) -> tuple[str, bool]:
    """The colour of a speaker by number, and whether it is split into two stripes."""
    if number is None or number >= len(SPEAKER_COLOURS):
        return NEUTRAL, False
    return SPEAKER_COLOURS[number], number >= SOLID_COLOURS
