from __future__ import annotations

import os
from pathlib import Path

import pytest

from ollama_import.modelfile import Modelfile, ModelfileError, parse_modelfile, read_modelfile

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
        bases=("./model.gguf",),
        adapter="adapter.gguf",
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
        ("FROM m\nPARAMETER use_mmap tRuE\n", 2, "use_mmap must be true or false"),
        ("FROM m\nPARAMETER num_ctx 8_192\n", 2, "num_ctx must be a whole number, not '8_192'"),
        ("FROM m\nPARAMETER num_ctx 9223372036854775808\n", 2, "num_ctx must be a whole number"),
        ("FROM m\nPARAMETER top_p nan\n", 2, "top_p must be a number"),
        ("FROM m\nPARAMETER top_p 1_0.5\n", 2, "top_p must be a number"),
        ("FROM m\nPARAMETER num_ctx \n", 2, "num_ctx must be a whole number, not ''"),
        ("FROM m\nPARAMETER colour blue\n", 2, "unknown parameter 'colour'"),
        ("FROM \n", 1, "FROM needs a value"),
        ("FROM m\nADAPTER a\nADAPTER b\n", 3, "Ollama takes one ADAPTER only"),
        ("FROM m\nREQUIRES new\n", 2, "REQUIRES must be a version such as 0.14.0"),
        ("FROM m\nPARAMETER num_ctx\n", 2, "PARAMETER needs a name and a value"),
        ("FROM m\nMESSAGE robot hello\n", 2, "the role of a message must be one of"),
        ("FROM m\nMESSAGE user: hello\n", 2, "MESSAGE needs a role and a text"),
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
    assert read_modelfile(path) == Modelfile(bases=("café:1b",), system="你好")


def test_weights_that_are_called_a_modelfile_are_not_read_into_memory(tmp_path: Path) -> None:
    path = tmp_path / "Modelfile"
    path.write_bytes(b"FROM base\n")
    os.truncate(path, 1 << 42)
    with pytest.raises(ModelfileError, match="too large to be a Modelfile"):
        read_modelfile(path)


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "Modelfile"
    path.write_bytes(b"FROM m\nSYSTEM \xff\xfa\n")
    with pytest.raises(ModelfileError, match="line 2"):
        read_modelfile(path)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("SYSTEM plain # and no comment", "plain # and no comment"),
        ("SYSTEM 'single quotes stay'", "'single quotes stay'"),
        ('SYSTEM say "hello"', 'say "hello"'),
        ('SYSTEM "say \\"hello\\""', 'say \\"hello\\"'),
        ('SYSTEM """a""b\n"c" """', 'a""b\n"c" '),
        ('SYSTEM """\na\n"""   ', "\na\n"),
        ('SYSTEM """say "hello""""', 'say "hello"'),
        ("SYSTEM\t  blanks around  ", "blanks around"),
        ("SYSTEM ", ""),
        ('SYSTEM ""', ""),
        ('SYSTEM """# no comment\nFROM y\n"""', "# no comment\nFROM y\n"),
        ("SYSTEM one\rSYSTEM two", "two"),
        ("SYSTEM a\u00a0b \U0001f468\u200d\U0001f469", "a\u00a0b \U0001f468\u200d\U0001f469"),
    ],
)
def test_quotes_blanks_and_lines_are_read_as_ollama_reads_them(written: str, read: str) -> None:
    assert parse_modelfile(f"FROM m\n{written}\n").system == read
    assert parse_modelfile(f"{written}\nFROM m").system == read


def test_a_model_may_come_in_several_files() -> None:
    assert parse_modelfile("FROM ./model.gguf\nFROM ./mmproj.gguf\n").bases == ("./model.gguf", "./mmproj.gguf")


def test_a_required_version_is_read_with_and_without_its_letter() -> None:
    assert parse_modelfile("FROM m\nREQUIRES v0.14.0-rc1\n").requires == "0.14.0-rc1"


def test_a_long_license_is_read_in_a_moment() -> None:
    text = "word\n" * 200_000
    assert parse_modelfile(f'FROM m\nLICENSE """{text}"""\n').licenses == (text,)
