"""Which module imports which, read from the source: the imports inside functions count too."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from support.helpers import ROOT

PACKAGES = (
    "configuration",
    "pipeline",
    "ollama_import",
    "model_store",
    "core",
    "workers",
    "webapp",
    "launcher",
    "chaos",
    "benchmarks",
)


def read_imports() -> dict[str, set[str]]:
    """For each module of ours, the modules of ours that it imports."""
    modules = {_name(path): path for package in PACKAGES for path in (ROOT / package).rglob("*.py")}
    return {name: _imports_of(path, modules) - {name} for name, path in modules.items()}


def group_by_folder(imports: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The same between folders; a module that lies beside folders stands for itself."""
    folders = {name.rpartition(".")[0] for name in imports}

    def group(name: str) -> str:
        parent = name.rpartition(".")[0]
        has_folders = any(other.rpartition(".")[0] == parent for other in folders if other != parent)
        return name if has_folders or not parent else parent

    grouped: dict[str, set[str]] = {}
    for name, imported in imports.items():
        grouped.setdefault(group(name), set()).update(group(each) for each in imported)
    return {name: imported - {name} for name, imported in grouped.items()}


def find_circle(imports: Mapping[str, set[str]]) -> list[str]:
    """Names that import each other in a circle, the first one again at the end; empty if there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imports_of(path: Path, modules: Mapping[str, Path]) -> set[str]:
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return {found for name in names if (found := _nearest(name, modules))}


def _nearest(name: str, modules: Mapping[str, Path]) -> str:
    """The module that an imported name is, or lies in; "" if it is none of ours."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name
