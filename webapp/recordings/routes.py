"""The pages of the library and of a recording, and what keeps them up to date."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template, request
from flask_login import login_required

from core import ollama_circuit
from core.clock import utc_now
from core.database.tables import Recording, Status
from core.jobs import estimates, speeds
from core.recordings import partial_transcript, queries
from core.recordings.options import recap_options_of
from core.recordings.reviews import find_review
from pipeline.render.exports.catalogue import FORMAT_GROUPS
from pipeline.render.meeting import describe_day
from webapp import formats, sample_meeting
from webapp.auth import authentication
from webapp.recordings import actions, details, exports, library_page, parts, player, progress, rows, version_history
from webapp.recordings.document import Document
from webapp.recordings.doubt_views import list_doubt_views
from webapp.recordings.edit_form import SECTION_NAMES
from webapp.recordings.edit_views import list_history
from webapp.recordings.own import find_own
from webapp.recordings.replace_input import MAX_WORDS
from webapp.recordings.rewrite_status import describe_rewrite
from webapp.recordings.speaker_fields import list_speaker_fields
from webapp.recordings.states import describe_state
from webapp.recordings.voice_offers import list_offer_views
from webapp.recordings.voice_proposals import find_proposals
from webapp.settings import current_settings

blueprint = Blueprint("recordings", __name__)


@blueprint.get("/")
@login_required
def library() -> str:
    """The user's recordings: those that the address asks for."""
    page = library_page.render_library(authentication.current_account(), request.args)
    return page or render_template(
        "library_empty.html", sample=sample_meeting, sample_work_seconds=_estimate_sample_seconds()
    )


def _estimate_sample_seconds() -> float | None:
    """Seconds of work for the sample meeting, None if the speed of this machine is unknown."""
    known = speeds.speeds()
    return sum(known.values()) * sample_meeting.SECONDS if "transcribe" in known else None


@blueprint.get("/rows")
@login_required
def live_rows() -> Response:
    """The current rows of the given recordings."""
    owner_id, estimate = authentication.current_account().id, estimates.estimate_queue(utc_now())
    found = (queries.get(each, owner_id) for each in request.args.getlist("id")[: library_page.PAGE_SIZE])
    current = rows.make_rows([each for each in found if each is not None], estimate)
    html = {row.recording.id: render_template("_row.html", row=row) for row in current}
    return jsonify(rows=html, live=[row.recording.id for row in current if row.is_live])


@blueprint.get("/recordings/<recording_id>")
@login_required
def show(recording_id: str) -> str:
    """A recording: its recap, also while that is written again; before there is one, the progress."""
    recording = find_own(recording_id)
    number = version_history.read_version_number(request.args.get("version"))
    if recording.version is not None or number is not None or recording.job.status == Status.DONE:
        return _render_recap(recording, number)
    return render_template(
        "recording_at_work.html",
        **_describe_job(recording),
        phrases=partial_transcript.partial_transcript(recording.id),
        earlier=None if recording.parts else queries.earlier_copy(recording),
    )


def _render_recap(recording: Recording, number: int | None) -> str:
    document = Document(actions.load_recap(recording, number))
    history = version_history.find_history(recording, number)
    context = _describe_job(recording)
    is_earlier = history is not None and not history.open.is_shown
    return render_template(
        "recording_done.html",
        **context,
        document=document,
        history=history,
        is_earlier=is_earlier,
        can_rewrite=not context["is_live"] and not is_earlier,
        chosen=recap_options_of(recording),
        details=details.list_details(document.recap, history),
        parts=parts.list_parts(recording),
        meeting=document.recap.details,
        meeting_day=describe_day(document.recap.details),
        speaker_fields=list_speaker_fields(document),
        proposals=find_proposals(recording, number),
        offers=list_offer_views(recording, document),
        doubts=list_doubt_views(document),
        ollama=ollama_circuit.read_circuit(current_settings().ollama_name, utc_now()),
        has_pdf=exports.has_pdf(recording),
        export_groups=FORMAT_GROUPS,
        edits=list_history(recording, document.recap.transcript),
        section_names=SECTION_NAMES,
        max_words=MAX_WORDS,
        player=player.find_player(recording, document.recap.transcript.duration_seconds),
    )


def _describe_job(recording: Recording) -> dict[str, object]:
    """What the templates show about the job of a recording. The queue is estimated once."""
    estimate = estimates.estimate_queue(utc_now())
    state = describe_state(recording, estimate)
    has_worker = progress.has_live_worker(recording, estimate.at)
    has_recap, review = recording.version is not None, find_review(recording.id)
    return {
        "recording": recording,
        "progress": progress.describe_progress(recording, estimate, has_worker=has_worker),
        "row": rows.make_row(recording, estimate, state, review),
        "review": review,
        "is_live": recording.job.status in (Status.QUEUED, Status.RUNNING),
        "stopped_at": _find_stop(recording),
        "rewrite": describe_rewrite(recording, state, has_worker=has_worker) if has_recap else None,
    }


def _find_stop(recording: Recording) -> str | None:
    """The position at which a transcription failed."""
    job, length = recording.job, recording.duration_seconds
    if job.status != Status.FAILED or job.stage != "transcribe" or not length:
        return None
    return formats.clock(job.progress * length)


@blueprint.get("/recordings/<recording_id>/live")
@login_required
def live(recording_id: str) -> Response:
    """The current progress of a recording, and the phrases transcribed after the first `heard`."""
    recording = find_own(recording_id)
    context = _describe_job(recording)
    if not context["is_live"]:
        return jsonify(finished=True, announcement=_announce_end(recording))
    announcement = progress.announce(recording)
    if recording.version is not None:
        html = render_template("_rewrite_status.html", **context)
        return jsonify(finished=False, announcement=announcement, progress=html, turns="", heard=0)
    shown = max(0, request.args.get("heard", 0, type=int))
    phrases = partial_transcript.partial_transcript(recording.id)
    return jsonify(
        finished=False,
        announcement=announcement,
        progress=render_template("_progress.html", **context),
        turns=render_template("_phrases.html", phrases=phrases[shown:]) if len(phrases) > shown else "",
        heard=len(phrases),
    )


def _announce_end(recording: Recording) -> str:
    if recording.job.status == Status.DONE:
        return "The recap is ready"
    return recording.job.error_message or "Cancelled"


@blueprint.get("/recordings/<recording_id>/pdf", defaults={"kind": "pdf"}, endpoint="pdf")
@blueprint.get("/recordings/<recording_id>/exports/<kind>")
@login_required
def export(recording_id: str, kind: str) -> Response:
    """The recap as a file."""
    return exports.send(find_own(recording_id), kind)


@blueprint.get("/recordings/<recording_id>/audio")
@login_required
def audio(recording_id: str) -> Response:
    """The sound of a recording for its player."""
    return player.send_sound(find_own(recording_id), player.MOST_AT_A_TIME)
