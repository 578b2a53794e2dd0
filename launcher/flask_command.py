"""Makes the `flask` of `.venv` leave `.env` to the settings.

Flask reads `.env` before it loads an app, and ends in a traceback if the file is not UTF-8. Only what Python itself
runs at its start comes before that: the `.pth` files of the environment.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

NAME = "realrecap_flask.pth"
_SETTINGS = {"FLASK_APP": "run", "FLASK_SKIP_DOTENV": "1"}  # Flask then reads no `.flaskenv` either
CONTENT = "import os; " + "; ".join(f"os.environ.setdefault({each!r}, {_SETTINGS[each]!r})" for each in _SETTINGS)


def leave_env_file_alone(environment: Path) -> None:
    """Write the `.pth` file into a virtual environment, unless it is there or the environment cannot be written."""
    for packages in environment.glob("lib/python*/site-packages"):
        path = packages / NAME
        if not path.exists():
            with suppress(OSError):  # nothing depends on it but how a wrong `.env` is reported
                part = path.with_suffix(".part")
                part.write_text(CONTENT + "\n")
                part.replace(path)
