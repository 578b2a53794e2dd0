import logging
from typing import Any

class Logger:
    error_log: logging.Logger
    access_log: logging.Logger
    def setup(self, cfg: Any) -> None: ...
