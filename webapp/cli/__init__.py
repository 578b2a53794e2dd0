"""The `flask` commands, one module per command group. Commands load engines only when they run."""

from __future__ import annotations

from copy import copy

import click
from flask import Flask

from webapp.cli import (
    account_management,
    accounts,
    backup,
    database,
    doctor,
    evaluate,
    evaluate_recap,
    files,
    import_ollama_models,
    jobs,
    models,
    recap,
    search,
    upgrade_check,
)

COMMANDS = (
    database.upgrade_database,
    backup.backup,
    backup.restore,
    upgrade_check.upgrade_check,
    accounts.create_admin,
    accounts.create_user,
    accounts.create_api_key,
    account_management.list_users,
    account_management.disable_user,
    account_management.enable_user,
    account_management.delete_user,
    account_management.reset_password,
    account_management.change_email,
    account_management.list_api_keys,
    account_management.revoke_api_key,
    evaluate.evaluate,
    evaluate_recap.evaluate_recap,
    recap.recap,
    jobs.jobs_group,
    search.search_group,
    files.files_group,
    doctor.doctor,
    models.models_group,
    import_ollama_models.import_ollama_models,
)


def register(app: Flask) -> None:
    """Add the commands to an app."""
    for command in COMMANDS:
        app.cli.add_command(command)
        _add_with_underscores(app, command)


def _add_with_underscores(app: Flask, command: click.Command) -> None:
    """Understand `create_user` for `create-user` too."""
    name = (command.name or "").replace("-", "_")
    if name != command.name:
        twin = copy(command)
        twin.hidden = True
        app.cli.add_command(twin, name)
