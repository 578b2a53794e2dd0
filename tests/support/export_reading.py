"""Reads exports back, with other people's libraries where there are some."""

from __future__ import annotations

from html.parser import HTMLParser
from io import BytesIO

import cmarkgfm
from cmarkgfm.cmark import Options

from pipeline.recap import Recap
from pipeline.render.exports.writers import WRITERS


def export(recap: Recap, name: str) -> bytes:
    """A recap in a format."""
    stream = BytesIO()
    WRITERS[name](recap, stream)
    return stream.getvalue()


class Markup(HTMLParser):
    """The elements of an HTML text, where its links and sources lead, and the text itself."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.addresses: set[str] = set()
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses |= {value or "" for name, value in attributes if name in ("href", "src")}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        """All text."""
        return "".join(self.texts)


def render_markdown(text: str) -> Markup:
    """Markdown as GitHub shows it, the strictest in making links: those of addresses that only stand there, too."""
    return Markup(cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE))


def split_front_matter(document: str) -> tuple[str, str]:
    """The front matter of a note, and the rest."""
    _, front, body = document.split("---\n", 2)
    return front, body
