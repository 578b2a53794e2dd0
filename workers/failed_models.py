"""The language models that failed their trial, as far as the database tells."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from core import model_trials

log = logging.getLogger(__name__)


def find_failed_models() -> frozenset[str]:
    """Their digests; with the database away none is known to have failed."""
    try:
        return model_trials.failed_digests()
    except SQLAlchemyError as error:
        log.warning("which models failed their trial is not known: %s", type(error).__name__)
        return frozenset()
