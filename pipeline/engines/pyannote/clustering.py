"""VBx clustering for recordings of any length and any number of speakers. Loads pyannote, so only workers import it."""

from __future__ import annotations

from typing import Any

import numpy as np
from pyannote.audio.pipelines.clustering import VBxClustering

#: The most embeddings that are compared with one another. A comparison takes 16 bytes a pair and quadratic time: 128 MB
#: and 1.4 s of a core for 4,000, which is about an hour of speech at one chunk a second; 16,000 would take 2 GB.
MOST_EMBEDDINGS = 4000


class CappedClustering(VBxClustering):  # type: ignore[misc]
    """Finds the speakers in at most `most_embeddings`, spread evenly over the recording.

    The others are assigned to the nearest speaker, as VBx does with voices that speak too little in their chunk. If
    there are no more embeddings than that, the result is that of VBx.
    """

    most_embeddings = MOST_EMBEDDINGS

    def filter_embeddings(self, *args: Any, **kwargs: Any) -> tuple[Any, Any, Any]:
        """The embeddings in which speakers are found, with the indices of their chunks and voices."""
        embeddings, chunks, voices = super().filter_embeddings(*args, **kwargs)
        if len(embeddings) <= self.most_embeddings:
            return embeddings, chunks, voices
        kept = np.linspace(0, len(embeddings) - 1, self.most_embeddings).astype(int)
        return embeddings[kept], chunks[kept], voices[kept]

    def __call__(
        self,
        embeddings: Any,
        segmentations: Any = None,
        num_clusters: int | None = None,
        min_clusters: int | None = None,
        max_clusters: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """Cluster. The number of speakers is limited to that of the embeddings, because VBx would fail."""
        usable, _, _ = self.filter_embeddings(embeddings, segmentations=segmentations)
        bounds = self.set_num_clusters(len(usable), num_clusters, min_clusters, max_clusters)
        limits = dict(zip(("num_clusters", "min_clusters", "max_clusters"), bounds, strict=True))
        return super().__call__(embeddings, segmentations, **limits, **kwargs)
