"""The pages to look at: the library, a recording, and what keeps both live."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template, request
from flask_login import login_required

import config
from core import ollama_circuit
from core.clock import utc_now
from core.database.tables import Recording, Status
from core.jobs import estimates, speeds
from core.recordings import partial_transcript, queries
from webapp import formats
from webapp.api import shapes
from webapp.auth import sessions
from webapp.recordings import actions, choices, document, exports, history, progress, rows, voices
from webapp.uploads import sample

pages = Blueprint("recordings", __name__)
PAGE_SIZE = 30


@pages.get("/")
@login_required
def library() -> str:
    """The user's recordings, newest first."""
    after = shapes.read_cursor(request.args.get("after"))
    found = queries.page(sessions.me().id, PAGE_SIZE + 1, after)
    if not found and after is None:
        return render_template("library_empty.html", sample_seconds=_sample_seconds(), sample=sample)
    items, more = found[:PAGE_SIZE], len(found) > PAGE_SIZE
    now = utc_now()
    standing = estimates.estimate_queue(now)
    return render_template(
        "library.html",
        groups=rows.by_day([rows.make(each, standing) for each in items], now),
        older=shapes.cursor(items[-1]) if more else None,
        is_first=after is None,
    )


def _sample_seconds() -> float | None:
    known = speeds.speeds()
    return sum(known.values()) * sample.SECONDS if "transcribe" in known else None


@pages.get("/rows")
@login_required
def live_rows() -> Response:
    """Rows of the library as they stand now, for those on screen that are not done."""
    me, standing = sessions.me(), estimates.estimate_queue(utc_now())
    found = (queries.get(each, me.id) for each in request.args.getlist("id")[:PAGE_SIZE])
    made = [rows.make(each, standing) for each in found if each is not None]
    html = {row.recording.id: render_template("_row.html", row=row) for row in made}
    return jsonify(rows=html, live=[row.recording.id for row in made if row.is_live])


@pages.get("/recordings/<recording_id>")
@login_required
def show(recording_id: str) -> str:
    """A recording: its recap once there is one, also while it is written again; before that how the work goes."""
    found = actions.find(recording_id, sessions.me())
    number = shapes.read_number(request.args.get("version"))
    if found.version is not None or number is not None or found.job.status == Status.DONE:
        return _recap_page(found, number)
    heard = partial_transcript.partial_transcript(found.id)
    earlier = queries.earlier_copy(found)
    return render_template("recording_at_work.html", **_at_work(found), heard=heard, earlier=earlier)


def _recap_page(found: Recording, number: int | None) -> str:
    made = document.Document(actions.load_recap(found, number))
    past, context = history.look(found, number), _at_work(found)
    is_earlier = past is not None and not past.open.is_shown
    return render_template(
        "recording_done.html",
        **context,
        document=made,
        history=past,
        is_earlier=is_earlier,
        can_rewrite=not context["is_live"] and not is_earlier,
        chosen=choices.of(found),
        details=document.describe(made.recap, past),
        voices=voices.look(made),
        ollama=ollama_circuit.look(config.load().ollama_host, utc_now()),
        has_pdf=exports.has_pdf(found),
    )


def _at_work(found: Recording) -> dict[str, object]:
    now = utc_now()
    standing = estimates.estimate_queue(now)
    return {
        "recording": found,
        "progress": progress.look(found, standing, now),
        "row": rows.make(found, standing),
        "is_live": found.job.status in (Status.QUEUED, Status.RUNNING),
        "stopped_at": _stopped_at(found),
        "again": progress.again(found, standing, now) if found.version is not None else None,
    }


def _stopped_at(found: Recording) -> str | None:
    job, length = found.job, found.duration_seconds
    if job.status != Status.FAILED or job.stage != "transcribe" or not length:
        return None
    return formats.clock(job.progress * length)


@pages.get("/recordings/<recording_id>/live")
@login_required
def live(recording_id: str) -> Response:
    """How a recording gets on, and the turns heard beyond the first `heard`."""
    found = actions.find(recording_id, sessions.me())
    context = _at_work(found)
    if not context["is_live"]:
        return jsonify(finished=True, announcement=_ending(found))
    if found.version is not None:
        slim = render_template("_again.html", **context)
        return jsonify(finished=False, announcement=progress.announcement(found), progress=slim, turns="", heard=0)
    known = max(0, request.args.get("heard", 0, type=int))
    heard = partial_transcript.partial_transcript(found.id)
    return jsonify(
        finished=False,
        announcement=progress.announcement(found),
        progress=render_template("_progress.html", **context),
        turns=render_template("_heard.html", heard=heard[known:]) if len(heard) > known else "",
        heard=len(heard),
    )


def _ending(found: Recording) -> str:
    if found.job.status == Status.DONE:
        return "The recap is ready"
    return found.job.error_message or "Cancelled"


@pages.get("/recordings/<recording_id>/pdf")
@login_required
def pdf(recording_id: str) -> Response:
    """The PDF to keep."""
    return exports.send(actions.find(recording_id, sessions.me()), "pdf")
