"""The help page about installing speech models."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import current_user, login_required

from webapp.settings import current_settings

blueprint = Blueprint("help", __name__, url_prefix="/help")


@blueprint.get("/models")
@login_required
def models() -> str:
    """Which models to install, and where. Only administrators see the folder."""
    folder = str(current_settings().models) if current_user.user.is_admin else None
    return render_template("help_models.html", folder=folder)
