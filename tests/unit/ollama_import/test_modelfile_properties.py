"""Whatever a Modelfile says can be written and read again; whatever is no Modelfile is refused with its line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ollama_import.modelfile import (
    PARAMETERS,
    Modelfile,
    ModelfileError,
    format_modelfile,
    parse_modelfile,
    read_modelfile,
)
from ollama_import.modelfile_grammar import INSTRUCTIONS, ROLES, decode, write_value

WHOLE = [name for name, read in PARAMETERS.items() if read is PARAMETERS["num_ctx"]]
NUMBERS = [name for name, read in PARAMETERS.items() if read is PARAMETERS["top_p"]]


def is_writable(text: str) -> bool:
    """The grammar has no escapes: what needs quotes must not have a line that ends in three of them."""
    return not any(line.rstrip().endswith('"""') for line in re.split(r"\r\n|\r|\n", text)[:-1])


texts = st.text(st.sampled_from("ab \"'#{}.\n\r\té你<|>\u00a0\u2028\x1f") | st.characters(exclude_categories=["Cs"]))
writable = texts.filter(is_writable)
names = writable.filter(bool)
parameters = st.fixed_dictionaries(
    {},
    optional={name: st.integers(-(2**63), 2**63 - 1) for name in WHOLE}
    | {name: st.floats(allow_nan=False, allow_infinity=False) for name in NUMBERS}
    | {"use_mmap": st.booleans(), "stop": st.lists(writable, min_size=1)},
)
modelfiles = st.builds(
    Modelfile,
    bases=st.lists(names, min_size=1, max_size=3).map(tuple),
    adapter=st.none() | names,
    draft=st.none() | names,
    template=st.none() | writable,
    system=st.none() | writable,
    renderer=st.none() | names,
    parser=st.none() | names,
    requires=st.none() | st.from_regex(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(-rc[0-9])?", fullmatch=True),
    licenses=st.lists(writable, max_size=3).map(tuple),
    parameters=parameters,
    messages=st.lists(st.tuples(st.sampled_from(ROLES), writable), max_size=3).map(tuple),
)


@given(modelfiles)
def test_what_is_written_is_what_is_read(made: Modelfile) -> None:
    assert parse_modelfile(format_modelfile(made)) == made


@given(modelfiles, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_so_it_is_in_every_encoding(made: Modelfile, encoding: str) -> None:
    path = Path("Modelfile")
    assert parse_modelfile(decode(format_modelfile(made).encode(encoding), path), path) == made


@given(modelfiles, st.data())
def test_comments_and_empty_lines_between_instructions_change_nothing(made: Modelfile, data: st.DataObject) -> None:
    """Each instruction is written alone, so that no comment comes to stand within a value."""
    alone = [f"FROM {write_value(base)}" for base in made.bases]
    alone += [f"LICENSE {write_value(text)}" for text in made.licenses]
    alone += [f"MESSAGE {role} {write_value(text)}" for role, text in made.messages]
    noise = st.lists(st.sampled_from(["", "# FROM x", "  # “note", "\t", "#"]), max_size=3)
    lines = [line for one in alone for line in (*data.draw(noise), one, *data.draw(noise))]
    newline = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    assert parse_modelfile(newline.join(lines)) == Modelfile(
        bases=made.bases, licenses=made.licenses, messages=made.messages
    )


@given(texts)
def test_a_value_is_written_unless_a_line_in_it_ends_in_three_quotes(text: str) -> None:
    if is_writable(text):
        assert parse_modelfile(f"FROM m\nSYSTEM {write_value(text)}\n").system == text
    else:
        with pytest.raises(ValueError, match="cannot hold"):
            write_value(text)


lines = st.builds(
    "{} {}".format,
    st.sampled_from([*INSTRUCTIONS, "PARAMETER num_ctx", "PARAMETER stop", "MESSAGE user", "#", ""]) | texts,
    texts,
)


@given(st.lists(lines).map("\n".join) | st.text())
def test_any_text_is_read_or_refused_with_a_line_that_it_has(text: str) -> None:
    try:
        made = parse_modelfile(text, Path("a/Modelfile"))
    except ModelfileError as error:
        assert 1 <= error.line <= len(re.findall(r"\r\n|\r|\n", text)) + 1
        assert str(error).startswith(f"a/Modelfile, line {error.line}: ")
    else:
        assert made.bases


@given(st.binary())
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "Modelfile"
    path.write_bytes(data)
    try:
        assert read_modelfile(path).bases
    except ModelfileError as error:
        assert error.path == path
