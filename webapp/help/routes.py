"""How to install real speech models."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import current_user, login_required

import config

pages = Blueprint("help", __name__, url_prefix="/help")


@pages.get("/models")
@login_required
def models() -> str:
    """What to put where; the folder's path is told to administrators alone."""
    folder = str(config.load().models) if current_user.user.is_admin else None
    return render_template("help_models.html", folder=folder)
