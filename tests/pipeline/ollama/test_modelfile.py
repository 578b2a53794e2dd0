from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from pipeline.ollama.modelfile import Modelfile, ModelfileError, parse_modelfile, read_modelfile

WHOLE = '''# A comment, with "quotes"
FROM ./model.gguf
  # an indented comment
template """{{ if .System }}<|system|>
{{ .System }}<|end|>
{{ end }}# not a comment
"""
System "You are
two lines."
PARAMETER num_ctx 8192
PARAMETER temperature 0.2
PARAMETER stop "<|end|>"
parameter stop AI: never
PARAMETER use_mmap false
PARAMETER mirostat 2
ADAPTER adapter.gguf
LICENSE MIT
LICENSE """And
more"""
MESSAGE user Is it   late?
MESSAGE assistant "It is."
RENDERER qwen3-coder
PARSER qwen3-coder
REQUIRES 0.14.0
'''


def test_every_instruction_is_read() -> None:
    assert parse_modelfile(WHOLE) == Modelfile(
        base="./model.gguf",
        adapters=("adapter.gguf",),
        template="{{ if .System }}<|system|>\n{{ .System }}<|end|>\n{{ end }}# not a comment\n",
        system="You are\ntwo lines.",
        renderer="qwen3-coder",
        parser="qwen3-coder",
        requires="0.14.0",
        licenses=("MIT", "And\nmore"),
        parameters={"num_ctx": 8192, "temperature": 0.2, "stop": ["<|end|>", "AI: never"], "use_mmap": False},
        messages=(("user", "Is it   late?"), ("assistant", "It is.")),
        ignored=("mirostat",),
    )


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("SYSTEM hello\n", 1, "there is no FROM line"),
        ("", 1, "there is no FROM line"),
        ("FROM m\nFORM x\n", 2, "FORM is no instruction"),
        ("FROM m\n\n# c\nSYSTEM\n", 4, "no instruction with a value"),
        ("FROM m\n123 x\n", 2, "no instruction"),
        ('FROM m\nSYSTEM """open\nand open', 2, "never closed"),
        ('FROM m\nSYSTEM "open', 2, "never closed"),
        ("FROM m\nPARAMETER num_ctx many\n", 2, "num_ctx must be a whole number, not 'many'"),
        ("FROM m\nPARAMETER top_p x\n", 2, "top_p must be a number"),
        ("FROM m\nPARAMETER use_mmap maybe\n", 2, "use_mmap must be true or false"),
        ("FROM m\nPARAMETER colour blue\n", 2, "unknown parameter 'colour'"),
        ("FROM m\nPARAMETER num_ctx\n", 2, "PARAMETER needs a name and a value"),
        ("FROM m\nMESSAGE robot hello\n", 2, "message role must be one of"),
        ('FROM m\r\nSYSTEM """a\r\nb"""\r\nBAD x\r\n', 4, "BAD is no instruction"),
    ],
)
def test_what_is_wrong_is_said_with_file_and_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(ModelfileError) as caught:
        parse_modelfile(text, Path("models/x/Modelfile"))
    assert caught.value.line == line
    assert problem in str(caught.value)
    assert str(caught.value).startswith(f"models/x/Modelfile, line {line}: ")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "Modelfile"
    path.write_bytes("FROM café:1b\nSYSTEM 你好\n".encode(encoding))
    assert read_modelfile(path) == Modelfile(base="café:1b", system="你好")


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "Modelfile"
    path.write_bytes(b"FROM m\nSYSTEM \xff\xfa\n")
    with pytest.raises(ModelfileError, match="line 2"):
        read_modelfile(path)


def write_value(chance: random.Random, value: str) -> str:
    """A value as it may be written; quoted where it has to be."""
    if value == value.strip() and value and not value.startswith('"') and "\n" not in value and chance.random() < 0.5:
        return value
    return f'"""{value}"""'


def random_text(chance: random.Random, signs: str) -> str:
    return "".join(chance.choice(signs) for _ in range(chance.randint(1, 30))).replace('"""', "")


def write_modelfile(chance: random.Random, made: Modelfile) -> str:
    lines = [f"FROM {made.base}"]
    for name in ("template", "system", "renderer", "parser", "requires"):
        value = getattr(made, name)
        if value is not None:
            lines.append(f"{chance.choice([name, name.upper()])} {write_value(chance, value)}")
    for key, value in made.parameters.items():
        for one in value if isinstance(value, list) else [value]:
            lines.append(f"PARAMETER {key}  {write_value(chance, one) if isinstance(one, str) else one}")
    for role, text in made.messages:
        lines.append(f"MESSAGE {role} {write_value(chance, text)}")
    return "\n".join(part for line in lines for part in (line, *chance.choice([(), ("",), ("# note",)])))


@pytest.mark.parametrize("seed", range(200))
def test_what_is_written_is_what_is_read(seed: int) -> None:
    chance = random.Random(seed)
    signs = "ab \"'#{}.\n\té你<|>"
    parameters: dict[str, Any] = {"num_ctx": chance.randint(1, 9999), "temperature": chance.random()}
    if chance.random() < 0.5:
        parameters["stop"] = [random_text(chance, signs) for _ in range(3)]
    made = Modelfile(
        base="base:1b",
        template=random_text(chance, signs) if chance.random() < 0.5 else None,
        system=random_text(chance, signs) if chance.random() < 0.5 else None,
        parameters=parameters,
        messages=tuple(("user", random_text(chance, signs)) for _ in range(chance.randint(0, 2))),
    )
    # a value that ends in a quote could not be told from its closing quotes
    if any(text.endswith('"') for text in (made.template or "", made.system or "", *parameters.get("stop", ()))):
        made = Modelfile(base="base:1b", parameters={"num_ctx": 1})
    if any(text.endswith('"') for _, text in made.messages):
        made = Modelfile(base="base:1b", parameters={"num_ctx": 1})
    assert parse_modelfile(write_modelfile(chance, made)) == made
