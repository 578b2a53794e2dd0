"""A language model that follows its instructions, as the stand-in for Ollama plays it: it cites what it quotes."""

from __future__ import annotations

import re

from support.ollama_server import Body, Reply, says

_NOTE = re.compile(r"^\[(n\d+)\] (.*)$", re.MULTILINE)
_LINE = re.compile(r"^\[(s\d+)\] [^:]+: (.*)$", re.MULTILINE)


def quotes_first_line(body: Body) -> Reply:
    """A recap with one sentence, which is the first line of the transcript, or the first note."""
    user = str(body["messages"][1]["content"])
    line, note = _LINE.search(user), _NOTE.search(user)
    if note:
        return says({"overview": [{"lines": [note[1]], "text": note[2]}], "title": "By the model"})
    points = [{"lines": [line[1]], "kind": "fact", "text": line[2]}] if line else []
    return says({"points": points, "title": "By the model"})
