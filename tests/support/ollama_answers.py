"""A language model that follows its instructions, as the stand-in for Ollama plays it: it cites what it quotes."""

from __future__ import annotations

import re

from support.ollama_server import Body, Reply, says

_LINE = re.compile(r"^\[(s\d+)\] [^:]+: (.*)$", re.MULTILINE)


def quotes_first_line(body: Body) -> Reply:
    """A recap with one sentence, which is the first line of the transcript."""
    line = _LINE.search(str(body["messages"][1]["content"]))
    point = [{"text": line[2], "segments": [line[1]]}] if line else []
    others = ("topics", "decisions", "action_items", "questions", "quotes")
    return says({"title": "By the model", "overview": point, **{name: [] for name in others}})
