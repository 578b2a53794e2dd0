"""Compiles `requirements*.in` to `requirements*.txt`: every package with its exact version and hashes."""

# ruff: noqa: S603 - starting uv is what this module does
from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).parent / "uv"
NAMES = (
    "requirements",
    "requirements-onnx-asr",
    "requirements-speakrs",
    "requirements-dev",
    "requirements-webapp",
    "requirements-setup",
)
"""In this order: the versions of the first hold for those after it."""


def main() -> int:
    """Compile all files; `--upgrade` takes the newest versions that the inputs allow. Returns the exit status."""
    # what this machine alone has at hand must not decide
    environment = {name: value for name, value in os.environ.items() if name not in ("PIP_FIND_LINKS", "UV_FIND_LINKS")}
    for name in NAMES:
        command = [str(UV), "pip", "compile", "--quiet", "--universal", "--python-version=3.11", "--generate-hashes"]
        command += ["--custom-compile-command=make requirements", f"--output-file={name}.txt", *sys.argv[1:]]
        if name != NAMES[0]:
            command.append(f"--constraint={NAMES[0]}.txt")
        if name in ("requirements-webapp", "requirements-setup"):
            command.append("--no-config")  # for all machines, not only for those that the speech engines support
        done = subprocess.run([*command, f"{name}.in"], cwd=ROOT, env=environment)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
