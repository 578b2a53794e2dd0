"""What gunicorn itself logs, written as the other services write."""

from __future__ import annotations

import logging
import sys
from typing import Any

from gunicorn.glogging import Logger

from core.log_format import make_formatter


class ServerLog(Logger):
    """gunicorn's log of errors and of requests, on standard output and with control characters escaped."""

    def setup(self, cfg: Any) -> None:
        """Set up gunicorn's handlers, then give them our format."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            for handler in log.handlers:
                handler.setFormatter(make_formatter("web"))
                if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stderr:
                    handler.setStream(sys.stdout)
