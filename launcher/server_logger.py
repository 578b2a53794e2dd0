"""How gunicorn logs: in the format of all other services, which escapes what clients send."""

from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from core.log_format import make_formatter


class ServerLogger(Logger):
    """Errors and accesses, each as a line of our own format."""

    def setup(self, cfg: Any) -> None:
        """Set the handlers up as gunicorn does, then give them our formatter."""
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(make_formatter("web"))
