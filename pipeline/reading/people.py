"""The people in a recap: their names, their numbers (and so their colours), and when they speak."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.recap import Recap

StartEnd = tuple[float, float]
UNKNOWN = "Unknown"
NO_OWNER = "No owner"


@dataclass(frozen=True, slots=True)
class Person:
    """A person as shown; `number` counts from 0 in the order of first speaking, and is None for anyone else."""

    name: str
    number: int | None
    seconds: float = 0.0
    spans: tuple[StartEnd, ...] = ()


class People:
    """Finds a person by their id, or by their name as it was said."""

    def __init__(self, recap: Recap) -> None:
        spans: dict[str | None, list[StartEnd]] = {}
        for one in recap.transcript.turns or recap.transcript.segments:
            spans.setdefault(one.speaker, []).append((one.start, one.end))
        self.all = [
            Person(speaker.name or UNKNOWN, number, speaker.seconds, tuple(spans.get(speaker.id, ())))
            for number, speaker in enumerate(recap.transcript.speakers)
        ]
        self._by_id = {speaker.id: self.all[number] for number, speaker in enumerate(recap.transcript.speakers)}
        self._by_name = {person.name.casefold(): person for person in reversed(self.all)}

    def speaker(self, key: str | None) -> Person | None:
        """The speaker with this id; None without an id, and in a recap without speakers."""
        if not self.all or key is None:
            return None
        return self._by_id.get(key) or Person(UNKNOWN, None)

    def owner(self, owner: str | None) -> Person:
        """The owner of an action item, by id or by name; anyone unknown keeps the name as it was said."""
        if not owner:
            return Person(NO_OWNER, None)
        return self._by_id.get(owner) or self._by_name.get(owner.casefold()) or Person(owner, None)
