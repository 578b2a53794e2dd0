"""The recap and its transcript as Markdown with front matter, as Obsidian and other notes read it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from pipeline.recap import Recap
from pipeline.render.exports.content import NO_WORDS, NONE_FOUND, Content, PointSection, ShownPoint, read_content
from pipeline.render.exports.provenance import HEADING, list_provenance
from pipeline.render.exports.text import clean

#: Signs of CommonMark, GitHub and Obsidian anywhere in a line.
_SIGNS = re.compile(r"[\\`*_\[\]<>~|$^#]|&(?=[#\w])|=(?==)|%(?=%)")
#: What makes a list or a rule at the beginning of a text.
_BEGINNING = re.compile(r"^(\d+)?([-+.)])")
#: Addresses become links by themselves, unless something stands in them: an escape, or for mail a comment.
_SCHEME, _WWW, _MAIL = re.compile(r":(?=//)"), re.compile(r"(?i)(www)\."), re.compile(r"(?<=\S)@(?=\S)")
_TAGS = ("meeting", "recap")


def write_md(recap: Recap, stream: BinaryIO) -> None:
    """Write the recap as Markdown; its texts are escaped, so that they show as they are."""
    content = read_content(recap)
    blocks = ["\n".join(_list_front_matter(recap, content)), f"# {escape(content.title)}", escape(content.facts)]
    if content.meeting:
        blocks.append("\n".join(f"- **{name}:** {escape(value)}" for name, value in content.meeting))
    blocks += [f"> **{escape(name)}.** {escape(text)}" for name, text in content.notices]
    if content.overview:
        blocks.append("## In short")
        blocks.append("\n".join(f"- {_tell(point, content)}" for point in content.overview))
    for section in content.sections:
        blocks += [f"## {section.heading}", "\n".join(_list_points(section, content)) or NONE_FOUND]
    blocks += ["## Transcript", *(_list_transcript(content) if content.turns else [NO_WORDS])]
    rows = (f"- **{escape(name)}:** {escape(value)}" for name, value in list_provenance(recap, content))
    blocks += [f"## {HEADING}", "\n".join(rows)]
    stream.write(("\n\n".join(blocks) + "\n").encode())


def escape(text: str) -> str:
    """A clean text that shows literally wherever it stands in a line."""
    text = _SIGNS.sub(r"\\\g<0>", text)
    text = _BEGINNING.sub(lambda found: f"{found[1] or ''}\\{found[2]}", text)
    text = _WWW.sub(r"\1\\.", _SCHEME.sub(r"\\:", text))
    return _MAIL.sub("@<!-- -->", text)


def _list_front_matter(recap: Recap, content: Content) -> Iterator[str]:
    """YAML; texts are in double quotes as in JSON, which YAML contains."""
    yield "---"
    yield f"title: {_quote(content.title)}"
    if content.day:
        yield f"date: {content.day.isoformat()}"
    details = recap.details
    for name, value in (("time", details.time), ("kind", details.kind), ("place", details.place)):
        if value:
            yield f"{name}: {_quote(clean(value))}"
    for name, people in (("attendees", details.present), ("apologies", details.apologies)):
        if people:
            yield f"{name}:"
            yield from (f"  - {_quote(clean(one))}" for one in people)
    if content.talk_times:
        yield "participants:"
        yield from (f"  - {_quote(name)}" for name, _ in content.talk_times)
    yield f"duration: {_quote(content.clock(content.seconds))}"
    yield "tags:"
    yield from (f"  - {tag}" for tag in _TAGS)
    if content.address:
        yield f"source: {_quote(content.address)}"
    yield "---"


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _at(seconds: float, content: Content) -> str:
    """A time, as a link where the recording has an address."""
    link = content.link(seconds)
    return f"[{content.clock(seconds)}]({link})" if link else content.clock(seconds)


def _tell(point: ShownPoint, content: Content) -> str:
    told = ", ".join(escape(part) for part in (point.who, point.due) if part)
    title = f"**{escape(point.title)}** " if point.title else ""
    at = f" {_at(point.start, content)}" if point.start is not None else ""
    marks = f" ({point.marks})" if point.marks else ""
    return f"{title}{escape(point.text)}{f' ({told})' if told else ''}{at}{marks}"


def _list_points(section: PointSection, content: Content) -> Iterator[str]:
    mark = {"action_items": "- [ ] ", "quotes": "> "}.get(section.key, "- ")
    for number, point in enumerate(section.points):
        if number and section.key == "quotes":
            yield ""  # a quotation of its own
        yield mark + _tell(point, content)
        if point.evidence:
            yield f"  > {escape(point.evidence)}"


def _list_transcript(content: Content) -> Iterator[str]:
    for turn in content.turns:
        for number, paragraph in enumerate(turn.paragraphs):
            name = f"**{escape(turn.name)}** " if turn.name and not number else ""
            yield f"{name}{_at(paragraph.start, content)} {escape(paragraph.text)}"
