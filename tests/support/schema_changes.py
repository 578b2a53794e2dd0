"""What a migration takes from programs of the version before, which go on working while tables are upgraded."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect

#: Calls in a migration that change rows.
CHANGING_CALLS = ("update", "delete", "text")
Schema = dict[str, dict[str, Any]]


def read_schema(connection: Connection) -> Schema:
    """All tables with their columns, keys and rules."""
    found = inspect(connection)
    return {
        table: {
            "columns": {column["name"]: column for column in found.get_columns(table)},
            "key": found.get_pk_constraint(table)["constrained_columns"],
            "unique": {
                tuple(sorted(each["column_names"]))
                for each in (*found.get_unique_constraints(table), *found.get_indexes(table))
                if each.get("unique", True)
            },
            "foreign": {(tuple(each["constrained_columns"]), each["referred_table"], each["options"].get("ondelete"))
                        for each in found.get_foreign_keys(table)},
            "checks": {each["sqltext"] for each in found.get_check_constraints(table)},
        }
        for table in found.get_table_names()
    }  # fmt: skip


def find_losses(before: Schema, after: Schema) -> Iterator[str]:
    """What a program that knows only `before` cannot do any more on `after`."""
    for table in before:
        if table not in after:
            yield f"{table} is gone"
            continue
        yield from _compare_columns(table, before[table]["columns"], after[table]["columns"])
        if before[table]["key"] != after[table]["key"]:
            yield f"{table} has another primary key"
        for rule in ("unique", "foreign", "checks"):
            if after[table][rule] - before[table][rule]:
                yield f"{table} has a new rule ({rule})"
    for table in after.keys() - before.keys():
        for _, referred, ondelete in after[table]["foreign"]:
            if referred in before and ondelete not in ("CASCADE", "SET NULL"):
                yield f"{table} keeps rows of {referred} from being deleted"


def _compare_columns(table: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for name, old in before.items():
        new = after.get(name)
        if new is None:
            yield f"{table}.{name} is gone"
        elif str(new["type"]) != str(old["type"]):
            yield f"{table}.{name} has another type"
        elif not new["nullable"] and (old["nullable"] or (old["default"] and not new["default"])):
            yield f"{table}.{name} must be given"
    for name in after.keys() - before.keys():
        if not after[name]["nullable"] and after[name]["default"] is None:
            yield f"{table}.{name} must be given"


def changes_rows(script: Path) -> bool:
    """Whether the upgrade of a migration's file changes rows that are there."""
    functions = (each for each in ast.parse(script.read_text()).body if isinstance(each, ast.FunctionDef))
    calls = (each for function in functions if function.name != "downgrade" for each in ast.walk(function))
    return any(
        isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in CHANGING_CALLS
        for call in calls
    )
