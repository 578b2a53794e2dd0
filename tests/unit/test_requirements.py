"""The compiled requirement files match their inputs and each other. `make requirements` compiles them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.helpers import ROOT

from launcher import uv

EXTRAS = ("requirements-onnx-asr", "requirements-speakrs")
NAMES = ("requirements-webapp", "requirements", "requirements-dev", "requirements-setup", *EXTRAS)


def read_inputs(name: str) -> Iterator[Requirement]:
    """What an input file and those that it includes ask for."""
    for line in (ROOT / f"{name}.in").read_text().splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            yield from read_inputs(line[3:].strip().removesuffix(".in"))
        elif line:
            yield Requirement(line)


def read_compiled(name: str) -> list[tuple[Requirement, int]]:
    """The packages of a compiled file and how many hashes each has."""
    text = re.sub(r"\\\n\s*", " ", (ROOT / f"{name}.txt").read_text())
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return [(Requirement(line.partition(" --hash")[0]), line.count("--hash=sha256:")) for line in lines]


@pytest.mark.parametrize("name", NAMES)
def test_every_input_is_compiled_with_its_version(name: str) -> None:
    compiled = {(canonicalize_name(package.name), str(package.specifier)) for package, _ in read_compiled(name)}

    missing = [
        str(package)
        for package in read_inputs(name)
        if (canonicalize_name(package.name), str(package.specifier)) not in compiled
    ]

    assert missing == [], f"{name}.txt is out of date; run `make requirements`"


@pytest.mark.parametrize("name", NAMES)
def test_every_package_has_one_version_and_hashes(name: str) -> None:
    for package, hashes in read_compiled(name):
        assert re.fullmatch(r"==[^*,]+", str(package.specifier)), package
        assert hashes > 0, package


@pytest.mark.parametrize("name", NAMES)
def test_no_package_index_stands_in_the_files(name: str) -> None:
    for kind in ("in", "txt"):
        text = (ROOT / f"{name}.{kind}").read_text()
        assert "://" not in text
        assert "index-url" not in text


@pytest.mark.parametrize("name", ["requirements-webapp", "requirements-dev", *EXTRAS])
def test_all_files_agree_on_the_versions(name: str) -> None:
    def versions(file: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for package, _ in read_compiled(file):
            found.setdefault(canonicalize_name(package.name), set()).add(str(package.specifier))
        return found

    runtime, other = versions("requirements"), versions(name)

    assert {package: other[package] for package in runtime.keys() & other.keys()} == {
        package: runtime[package] for package in runtime.keys() & other.keys()
    }


def test_the_set_up_and_the_developers_use_the_same_uv() -> None:
    assert f"uv=={uv.pinned_version()}" in [str(package) for package in read_inputs("requirements-dev")]
