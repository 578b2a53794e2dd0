"""What of an installer's output is shown."""

from __future__ import annotations

from launcher.packages import progress_lines

UV = """\
Resolved 199 packages in 468ms
Downloading torch (873.1MiB)
Downloading hypothesis (1.1MiB)
   Building meeteval==0.4.3
      Built meeteval==0.4.3
 Downloaded torch
Prepared 199 packages in 2m 10s
Installed 199 packages in 1.20s
 + torch==2.10.0
warning: Failed to hardlink files
error: Failed to fetch
  cause: dns error
"""
PIP = """\
Looking in links: /wheels
Collecting torch==2.10.0 (from -r requirements.txt (line 3))
  Downloading torch-2.10.0-cp311-cp311-manylinux_2_28_x86_64.whl (915.4 MB)
  Downloading idna-3.10-py3-none-any.whl (70 kB)
Requirement already satisfied: pip
Installing collected packages: torch, idna
ERROR: Could not find a version that satisfies the requirement
Successfully installed torch-2.10.0
"""


def test_of_uvs_output_phases_large_downloads_and_errors_are_shown() -> None:
    assert list(progress_lines(UV.splitlines(keepends=True))) == [
        "Resolved 199 packages in 468ms",
        "Downloading torch (873.1MiB)",
        "Prepared 199 packages in 2m 10s",
        "Installed 199 packages in 1.20s",
        "warning: Failed to hardlink files",
        "error: Failed to fetch",
        "  cause: dns error",
    ]


def test_of_pips_output_large_downloads_and_errors_are_shown() -> None:
    assert list(progress_lines(PIP.splitlines(keepends=True))) == [
        "Downloading torch-2.10.0-cp311-cp311-manylinux_2_28_x86_64.whl (915.4 MB)",
        "ERROR: Could not find a version that satisfies the requirement",
    ]
