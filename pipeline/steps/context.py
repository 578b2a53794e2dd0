"""What every step works with."""

from __future__ import annotations

from pipeline.request import Request
from pipeline.results import Monitor, StageResults, Store, make_key
from pipeline.vocabulary.entries import parse_vocabulary


class StepContext:
    """The request of a job, the store of results, and the monitor that follows the work."""

    def __init__(self, request: Request, store: Store, monitor: Monitor) -> None:
        self.request, self.store, self.monitor = request, store, monitor
        self.results = StageResults(store, monitor)
        self.vocabulary = parse_vocabulary(request.vocabulary)
        wanted = {"owner": request.owner_id, "track": request.track}
        if request.channels is not None:
            wanted["channels"] = request.channels
        self.audio_key = make_key("audio", wanted, inputs=[request.sha256])
