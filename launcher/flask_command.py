"""Makes the `flask` of `.venv` leave `.env` to the settings.

Flask reads `.env` before it loads an app, and ends in a traceback if the file is not UTF-8. Only what Python itself
runs at its start comes before that: the `.pth` files of the environment.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

NAME = "realrecap_flask.pth"
_SETTINGS = {"FLASK_APP": "run", "FLASK_SKIP_DOTENV": "1"}  # Flask then reads no `.flaskenv` either
#: Only for `flask` and `python -m flask`: other programs keep their environment as it is.
CONTENT = (
    "import os, sys; "
    f"[os.environ.setdefault(*each) for each in {tuple(_SETTINGS.items())!r} "
    "if 'flask' in map(os.path.basename, sys.orig_argv[1:3])]\n"
)


def leave_env_file_alone(environment: Path) -> None:
    """Write the `.pth` file into a virtual environment, unless that cannot be written."""
    for packages in environment.glob("lib/python*/site-packages"):
        path = packages / NAME
        with suppress(OSError):  # nothing depends on it but how a wrong `.env` is reported
            if not path.exists() or path.read_text() != CONTENT:
                part = path.with_suffix(".part")
                part.write_text(CONTENT)
                part.replace(path)
