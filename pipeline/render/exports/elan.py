"""ELAN (.eaf): a tier for each speaker, for those who annotate speech."""

from __future__ import annotations

import itertools
import mimetypes
from dataclasses import dataclass
from typing import BinaryIO
from urllib.parse import quote
from xml.etree import ElementTree as ET

from pipeline.reading.written import written_text
from pipeline.recap import Recap
from pipeline.render import formatting
from pipeline.render.exports.text import clean
from pipeline.render.exports.voices import name_voices

_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_TYPE = "utterance"
_NO_DATE = "1970-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class _Annotation:
    """What a voice says, from `start` to `end` in milliseconds."""

    start: int
    end: int
    text: str


def write_eaf(recap: Recap, stream: BinaryIO) -> None:
    """Write the segments as annotations, in the format 3.0 of ELAN."""
    ET.register_namespace("xsi", _XSI)
    when = formatting.parse_time(recap.source.uploaded_at, recap.timezone)
    attributes = {"AUTHOR": "", "DATE": when.isoformat() if when else _NO_DATE, "FORMAT": "3.0", "VERSION": "3.0"}
    document = ET.Element("ANNOTATION_DOCUMENT", attributes | {f"{{{_XSI}}}noNamespaceSchemaLocation": _SCHEMA})
    _add_header(document, clean(recap.source.filename))
    _add_tiers(document, _list_tiers(recap))
    linguistic_type = {"GRAPHIC_REFERENCES": "false", "LINGUISTIC_TYPE_ID": _TYPE, "TIME_ALIGNABLE": "true"}
    ET.SubElement(document, "LINGUISTIC_TYPE", linguistic_type)
    ET.indent(document)
    ET.ElementTree(document).write(stream, encoding="utf-8", xml_declaration=True)


def _add_header(document: ET.Element, filename: str) -> None:
    """The header says that the recording lies beside the document."""
    header = ET.SubElement(document, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    if filename:
        address = f"./{quote(filename)}"
        kind = mimetypes.guess_type(filename)[0] or "unknown"
        media = {"MEDIA_URL": address, "RELATIVE_MEDIA_URL": address, "MIME_TYPE": kind}
        ET.SubElement(header, "MEDIA_DESCRIPTOR", media)


def _list_tiers(recap: Recap) -> dict[str, list[_Annotation]]:
    """The annotations of each voice, by its name; one begins at the earliest where the one before it ends."""
    names = name_voices(recap)
    tiers: dict[str, list[_Annotation]] = {}
    for segment in sorted(recap.transcript.segments, key=lambda one: one.start):
        tier = tiers.setdefault(names[segment.speaker], [])
        start = max(tier[-1].end if tier else 0, round(segment.start * 1000))
        tier.append(_Annotation(start, max(start + 1, round(segment.end * 1000)), clean(written_text(segment))))
    return tiers


def _add_tiers(document: ET.Element, tiers: dict[str, list[_Annotation]]) -> None:
    """The times come first, in their order."""
    moments = sorted({at for tier in tiers.values() for one in tier for at in (one.start, one.end)})
    slots = {at: f"ts{number}" for number, at in enumerate(moments, 1)}
    times = ET.SubElement(document, "TIME_ORDER")
    for at, slot in slots.items():
        ET.SubElement(times, "TIME_SLOT", {"TIME_SLOT_ID": slot, "TIME_VALUE": str(at)})
    numbers = itertools.count(1)
    for name, spoken in tiers.items():
        tier = ET.SubElement(document, "TIER", {"LINGUISTIC_TYPE_REF": _TYPE, "PARTICIPANT": name, "TIER_ID": name})
        for one in spoken:
            references = {"TIME_SLOT_REF1": slots[one.start], "TIME_SLOT_REF2": slots[one.end]}
            annotation = ET.SubElement(tier, "ANNOTATION")
            alignable = {"ANNOTATION_ID": f"a{next(numbers)}", **references}
            ET.SubElement(
                ET.SubElement(annotation, "ALIGNABLE_ANNOTATION", alignable), "ANNOTATION_VALUE"
            ).text = one.text
