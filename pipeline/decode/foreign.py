"""What a refused file is, by its first bytes, and how to turn it into one that can be read."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Foreign:
    """A kind of file that is not read: how it is called, and what to do."""

    title: str
    hint: str

    @property
    def message(self) -> str:
        return f"This is {self.title}, which RealRecap does not read."


def command(suffix: str) -> str:
    return f"Convert it, for example with `ffmpeg -i recording.{suffix} recording.flac`, and upload the result."


PLAYLIST = "It holds no sound itself. Upload the recording that it points to."
NO_RECORDING = "Upload the recording itself: sound or video, such as MP3, M4A, WAV, MP4 or WebM."
UNPACK = "Unpack it and upload the recordings in it, all at once if there are several."
PROTECTED = "Save it without protection in the program it came from, and upload that."
DICTATION = "Save it as WAV or MP3 in the dictation program, and upload that."

_KINDS: tuple[tuple[bytes, Foreign], ...] = (
    (rb"\s*#EXTM3U", Foreign("a playlist (M3U, HLS)", PLAYLIST)),
    (rb"\s*ffconcat ", Foreign("a list of files (ffconcat)", PLAYLIST)),
    (rb"\s*\[playlist\]", Foreign("a playlist (PLS)", PLAYLIST)),
    (rb"\s*<asx", Foreign("a playlist (ASX)", PLAYLIST)),
    (rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?<MPD", Foreign("a playlist (DASH)", PLAYLIST)),
    (rb"\s*(<\?xml[^>]*>\s*)?<(playlist|smil|AssetMap|CompositionPlaylist)", Foreign("a playlist (XML)", PLAYLIST)),
    (rb"v=0\r?\n", Foreign("a description of a stream (SDP)", PLAYLIST)),
    (rb"(\s*REM [^\n]*\n)*\s*(FILE|TITLE|PERFORMER) \"", Foreign("a list of tracks (CUE)", PLAYLIST)),
    (rb"\s*(<!doctype html|<html)", Foreign("a web page, perhaps of a log-in", NO_RECORDING)),
    (rb"%PDF", Foreign("a PDF document", NO_RECORDING)),
    (rb"PK\x03\x04|Rar!|7z\xbc\xaf|\x1f\x8b|BZh|\xfd7zXZ|.{257}ustar", Foreign("an archive or a document", UNPACK)),
    (rb"\xff\xd8\xff|\x89PNG|GIF8|RIFF.{4}WEBP|.{4}ftyp(heic|heix|mif1|avif)", Foreign("a picture", NO_RECORDING)),
    (rb"MThd", Foreign("MIDI, notes without sound", NO_RECORDING)),
    (rb".{4}(ftypaax|\x57\x90\x75\x36)", Foreign("a protected audio book (Audible)", PROTECTED)),
    (rb"[\x01-\x07]ds2", Foreign("an Olympus or Philips dictation (DS2)", DICTATION)),
    (rb"[\x01-\x07]dss", Foreign("an Olympus or Philips dictation (DSS)", command("dss"))),
    (rb"\.RMF|\.ra\xfd", Foreign("RealMedia", command("rm"))),
    (rb"MAC ", Foreign("Monkey's Audio", command("ape"))),
    (rb"MPCK|MP\+", Foreign("Musepack", command("mpc"))),
    (rb"tBaK", Foreign("TAK", command("tak"))),
    (rb"ajkg", Foreign("Shorten", command("shn"))),
    (rb"OFR ", Foreign("OptimFROG", "Convert it to WAV with OptimFROG, and upload that.")),
    (rb"DSD |FRM8.{8}DSD ", Foreign("DSD", command("dsf"))),
    (rb"(ea3|EA3)[\x01-\x03]|ID3.{0,4096}?EA3\x01", Foreign("Sony ATRAC (OpenMG)", command("oma"))),
    (rb"RIFF.{4}QLCM", Foreign("a phone recording in QCP", command("qcp"))),
    (rb"\x7f\xfe\x80\x01|\xfe\x7f\x01\x80|\x1f\xff\xe8\x00|\xff\x1f\x00\xe8", Foreign("raw DTS", command("dts"))),
    (rb".{4}\xf8\x72\x6f[\xba\xbb]", Foreign("raw TrueHD", command("thd"))),
    (rb"\x56[\xe0-\xff]", Foreign("raw AAC in LATM", command("latm"))),
    (rb"nut/multimedia container", Foreign("NUT", command("nut"))),
    (rb"\xb7\xd8\x00\x20\x37\x49\xda\x11", Foreign("a Windows TV recording (WTV)", command("wtv"))),
    (rb"\x00\x00\x00\x00\x01\xbc", Foreign("GXF", command("gxf"))),
    (rb"[FCZ]WS[\x01-\x40]", Foreign("a Flash animation", command("swf"))),
    (rb"\.SoX|XoS\.", Foreign("a SoX file", command("sox"))),
    (rb"\x64\xa3[\x00-\x04]\x00|\x00[\x00-\x04]\xa3\x64", Foreign("an IRCAM file", command("sf"))),
)
_PATTERNS = tuple((re.compile(pattern, re.DOTALL | re.IGNORECASE), kind) for pattern, kind in _KINDS)
HEAD_BYTES = 8192  # enough to recognise any of them


def recognise(head: bytes) -> Foreign | None:
    """The kind of file that begins with `head`, if it is one of these."""
    head = head.removeprefix(b"\xef\xbb\xbf")  # a text file's byte order mark
    return next((kind for pattern, kind in _PATTERNS if pattern.match(head)), None)
