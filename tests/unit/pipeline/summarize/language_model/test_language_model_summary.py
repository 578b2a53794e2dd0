"""The summary by a language model as a whole: one call that fits, its form, its end, and which model is taken."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from support.ollama_server import Body, Model, OllamaServer, Reply, says
from support.scripted_models import answers, is_reading, meeting, reads_well, summarize, summarizer, talk

from pipeline.errors import OllamaModelMissing, OllamaUnreachable
from pipeline.ollama.chat import ChatLimits
from pipeline.recap import Transcript
from pipeline.summarize.engine import SummaryOptions, spoken_seconds
from pipeline.summarize.selection import choose_summarizer


def test_a_meeting_is_read_in_stretches_of_one_form_with_window_length_and_schema(ollama: OllamaServer) -> None:
    ollama.script = reads_well
    result = summarize(ollama, meeting())
    bodies = [body for body in ollama.chats if is_reading(body)]
    assert len(bodies) >= 2
    assert len({body["messages"][0]["content"] for body in bodies}) == 1  # the server keeps it in its cache
    for body in bodies:
        assert body["shift"] is False
        assert body["options"] == {"num_ctx": 8192, "num_predict": 4096, "temperature": 0}
        assert body["format"]["required"] == ["points", "title"]
        assert "tools" not in body
    assert (result.summary.engine, result.summary.model) == ("ollama", "recap:latest")
    assert result.summarized_seconds == spoken_seconds(meeting().segments)
    assert (result.warnings, result.missed) == ((), ())


def test_points_get_time_and_speaker_of_the_segments_they_cite(ollama: OllamaServer) -> None:
    ollama.script = reads_well
    transcript = meeting()
    by_id = {one.id: one for one in transcript.segments}
    summary = summarize(ollama, transcript).summary
    points = [*summary.overview, *summary.topics, *summary.decisions, *summary.action_items, *summary.quotes]
    assert len(summary.decisions) == 4
    for point in points:
        cited = [by_id[id_] for id_ in point.segments]
        assert (point.start, point.end, point.speaker) == (cited[0].start, cited[-1].end, cited[0].speaker)
    assert {item.owner for item in summary.action_items} <= {speaker.id for speaker in transcript.speakers}


def test_what_the_transcript_does_not_prove_is_left_out_and_counted(ollama: OllamaServer) -> None:
    ollama.script = answers(
        overview=[
            {"lines": ["s1"], "text": "The venue is booked."},
            {"lines": ["s99"], "text": "Everything was invented."},
        ],
        decisions=[{"lines": [], "text": "Nobody said this about elephants."}],
        action_items=[{"lines": ["s2"], "who": "Zoe", "when": "by Easter", "text": "The caterers are to be called."}],
    )
    result = summarize(ollama, talk("The venue is booked now.", "Somebody has to call the caterers about the lunch."))
    assert [point.text for point in result.summary.overview] == [
        "The venue is booked.",
        "Somebody has to call the caterers about the lunch.",  # a quote, because the model's overview is so short
    ]
    assert result.summary.decisions == ()
    (item,) = result.summary.action_items
    assert (item.owner, item.due, item.owner_by) == (None, None, None)
    (warning,) = result.warnings
    assert warning.code == "summary_points_dropped"
    assert "does not support 2 points and 2 owners or due dates of the language model's answer" in warning.message


def test_a_model_that_never_answers_well_is_given_up_for_the_whole_job(ollama: OllamaServer) -> None:
    ollama.plays(says("junk"))
    with pytest.raises(OllamaUnreachable, match="no usable answer"):
        summarize(ollama, meeting())


@pytest.mark.parametrize(
    "failure",
    [Reply(status=503), Reply(breaks_off=True), Reply(("{",), breaks_off=True), Reply(status=500)],
    ids=["queue full", "dies at once", "dies mid-answer", "crashes"],
)
def test_a_passing_failure_is_asked_again_and_a_lasting_one_is_raised(ollama: OllamaServer, failure: Reply) -> None:
    good = reads_well({"messages": [{"content": ""}, {"content": "<transcript>\n[s1] Ann: The venue is booked now."}]})
    ollama.plays(failure, good)
    assert summarize(ollama, talk("The venue is booked now.")).summary.overview
    ollama.plays(failure)
    with pytest.raises(OllamaUnreachable):
        summarize(ollama, talk("Hello there."))


def test_an_error_in_mid_stream_under_http_200_is_seen(ollama: OllamaServer) -> None:
    ollama.plays(Reply(("{",), late_error="llama runner process has terminated"))
    with pytest.raises(OllamaUnreachable, match="reported an error"):
        summarize(ollama, talk("Hello there."))


def test_who_cancels_closes_the_stream_at_once(ollama: OllamaServer) -> None:
    class Stop(Exception):
        pass

    def cancel(share: float) -> None:
        if share > 0:
            raise Stop

    ollama.plays(Reply(("x",) * 10_000, pause=0.01))
    begun = time.monotonic()
    with pytest.raises(Stop):
        summarizer(ollama).summarize(talk("Hello there."), SummaryOptions(), cancel)
    assert time.monotonic() - begun < 15
    assert ollama.disconnected.wait(5)
    assert ollama.running == {}


def test_cancelling_works_while_the_model_is_still_silent(ollama: OllamaServer) -> None:
    calls: list[float] = []

    def cancel(share: float) -> None:
        calls.append(share)
        if len(calls) > 2:
            raise OllamaUnreachable("stopped by the test")

    ollama.plays(Reply(("x",), first_pause=30))
    begun = time.monotonic()
    with pytest.raises(OllamaUnreachable, match="stopped by the test"):
        summarizer(ollama).summarize(talk("Hello there."), SummaryOptions(), cancel)
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize("reply", [Reply(("x",), first_pause=60), Reply(("x", "y"), pause=60)], ids=["first", "next"])
def test_silence_has_a_limit_before_the_first_token_and_between_tokens(ollama: OllamaServer, reply: Reply) -> None:
    ollama.plays(reply)
    begun = time.monotonic()
    with pytest.raises(OllamaUnreachable, match=r"did not begin|stopped for"):
        summarize(ollama, talk("Hello."), limits=ChatLimits(first_token=0.6, between_tokens=0.6), retry_seconds=())
    assert time.monotonic() - begun < 15


def test_the_model_is_unloaded_when_the_summary_is_done(ollama: OllamaServer) -> None:
    ollama.script = reads_well
    summarize(ollama, talk("Hello there."), unload=False)
    assert ollama.running == {"recap:latest": 8192}
    summarize(ollama, talk("Hello there."))
    assert ollama.running == {}


def test_nothing_said_asks_no_model(ollama: OllamaServer) -> None:
    result = summarize(ollama, Transcript("en", 0.0, 60.0, (), ()))
    assert ollama.chats == []
    assert (result.summary.overview, result.summarized_seconds) == ((), 0.0)


def without(*keys: str) -> Callable[[Body], Reply]:
    """A model whose answer lacks some lists, as servers that know no schema let it."""
    answer = {"title": "Venue", "points": [{"text": "The venue is booked.", "lines": "s1"}]}
    return lambda body: says({key: value for key, value in answer.items() if key not in keys})


def test_an_answer_of_a_server_that_knows_no_schema_is_taken_where_it_says_enough(ollama: OllamaServer) -> None:
    ollama.script = without()
    (point,) = summarize(ollama, talk("The venue is booked now.")).summary.overview
    assert (point.text, point.segments) == ("The venue is booked.", ("g0",))
    ollama.script = without("points")
    with pytest.raises(OllamaUnreachable, match="no usable answer"):
        summarize(ollama, talk("Hello there."))


def test_without_ollama_quotes_are_taken_and_the_reason_is_given() -> None:
    begun = time.monotonic()
    chosen, notice = choose_summarizer("http://127.0.0.1:9")
    assert time.monotonic() - begun < 15
    assert chosen.identity.startswith("extractive/")
    assert notice is not None
    assert notice.code == "ollama_unreachable"


def test_the_first_model_that_can_chat_is_taken_and_an_embedding_model_is_not() -> None:
    models = (Model("embed:1b", capabilities=("embedding",)), Model("chat:8b"), Model("other:8b"))
    with OllamaServer(*models) as server:
        chosen, notice = choose_summarizer(server.host)
    assert notice is None
    assert chosen.identity.startswith("ollama/chat:8b@")


@pytest.mark.parametrize("models", [(), (Model("embed", capabilities=("embedding",)),)], ids=["none", "no chat"])
def test_a_server_without_a_model_to_chat_with_gives_quotes_and_the_reason(models: tuple[Model, ...]) -> None:
    with OllamaServer(*models) as server:
        chosen, notice = choose_summarizer(server.host)
    assert chosen.identity.startswith("extractive/")
    assert notice is not None
    assert notice.code == "ollama_model_missing"


def test_a_named_model_that_is_missing_is_not_replaced_by_another(ollama: OllamaServer) -> None:
    chosen, notice = choose_summarizer(ollama.host, "large:70b")
    assert chosen.identity.startswith("extractive/")
    assert notice is not None
    assert notice.code == "ollama_model_missing"
    assert "large:70b" in notice.message


def test_a_model_deleted_meanwhile_is_reported(ollama: OllamaServer) -> None:
    engine = summarizer(ollama)
    ollama.models.clear()
    with pytest.raises(OllamaModelMissing):
        engine.summarize(talk("Hello."), SummaryOptions(), lambda _: None)


def test_another_model_or_window_is_another_identity(ollama: OllamaServer) -> None:
    one = summarizer(ollama)
    assert one.identity == summarizer(ollama).identity
    assert one.identity != summarizer(ollama, num_ctx=4096).identity
    assert one.identity != summarizer(ollama, digest="other").identity
