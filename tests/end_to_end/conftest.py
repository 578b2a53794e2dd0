"""One running site for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.running_site import Site, start_site, stop_site


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    running = start_site(tmp_path_factory.mktemp("site") / "data")
    yield running
    stop_site(running)
