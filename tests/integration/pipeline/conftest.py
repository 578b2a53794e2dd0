"""What the tests of the pipeline share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.decoding import OTHERS, children


@pytest.fixture
def ignore_other_children() -> Iterator[None]:
    """Children that ran before the test, as those of a fixture of the whole run, are none of its own."""
    OTHERS.update(children())
    yield
    OTHERS.clear()
