"""Tasks and questions of real talk: what is done on the spot, and what is answered, is none."""

from __future__ import annotations

import pytest

from pipeline.recap import Segment, Speaker, Summary, Transcript
from pipeline.summarize.engine import SummaryOptions
from pipeline.summarize.extractive.summarizer import ExtractiveSummarizer


def summarize(language: str, *lines: tuple[str, str]) -> Summary:
    names = list(dict.fromkeys(name for name, _ in lines))
    segments = tuple(
        Segment(f"g{number}", number * 4.0, number * 4.0 + 3.5, text, name) for number, (name, text) in enumerate(lines)
    )
    speakers = tuple(Speaker(name, name, 1.0) for name in names)
    transcript = Transcript(language, 1.0, len(lines) * 4.0, speakers, segments)
    return ExtractiveSummarizer().summarize(transcript, SummaryOptions(), lambda _: None).summary


ON_THE_SPOT = {
    "en": (
        "I'll write that down on the board.",
        "I shall close the door, it's noisy.",
        "Okay, I'm going to start with the agenda.",
        "So I'll just show you the next slide.",
        "I'll give it a two, because it's not there yet.",
        "Anna, could you go back one slide, please?",
        "Please note that this session is televised.",
        "If you want to react to it, I'll let you comment.",
        "Hopefully, I'll get some good answers.",
    ),
    "nl": (
        "Ik schrijf dat even op het bord.",
        "Ik ga even de deur dicht doen.",
        "Ik ga beginnen met de agenda van vandaag.",
        "Ik laat jullie even de cijfers zien.",
        "Anna, kun je dat nog een keer herhalen?",
    ),
    "de": (
        "Ich schreibe das mal kurz auf.",
        "Ich mache mal eben das Fenster zu.",
        "Ich werde jetzt mit der Agenda anfangen.",
        "Ich zeige euch kurz die Zahlen.",
        "Anna, kannst du das bitte wiederholen?",
    ),
    "fr": (
        "Je vais noter ça au tableau.",
        "Je vais fermer la porte, il y a du bruit.",
        "Je vais commencer par le budget.",
        "Je vais vous montrer les chiffres.",
        "Anna, peux-tu répéter la question ?",
    ),
    "es": (
        "Voy a apuntar eso en la pizarra.",
        "Voy a cerrar la puerta, hay ruido.",
        "Voy a empezar con el presupuesto.",
        "Voy a mostraros los números.",
        "Ana, ¿puedes repetir la pregunta?",
    ),
}


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, all_ in ON_THE_SPOT.items() for text in all_]
)
def test_what_is_done_within_the_meeting_is_no_task(language: str, text: str) -> None:
    assert summarize(language, ("Ben", text), ("Ann", "Hm.")).action_items == ()


LATER = {
    "en": (
        "I'll write that down and send it to everyone on Friday.",
        "Um, I'll, I'll um prepare the the contract.",
        "I will talk to the supplier about it.",
        "I'm going to check the invoices of last year.",
        "Anna, could you show us the new plan next week?",
    ),
    "nl": (
        "Ik stuur de notulen naar iedereen.",
        "Ik ga het plan volgende week laten zien.",
        "Ik bel de leverancier even.",
    ),
    "de": (
        "Ich schicke euch die Unterlagen morgen.",
        "Ich werde den Vertrag prüfen.",
        "Ich zeige euch die Zahlen nächste Woche.",
    ),
    "fr": ("Je vais envoyer le contrat à tout le monde.", "Je vais vous montrer les chiffres la semaine prochaine."),
    "es": ("Voy a enviar el contrato a todos.", "Voy a mostrar los números la próxima semana."),
}


@pytest.mark.parametrize(("language", "text"), [(language, text) for language, all_ in LATER.items() for text in all_])
def test_what_is_done_after_it_is_a_task(language: str, text: str) -> None:
    (item,) = summarize(language, ("Ben", text), ("Ann", "Hm.")).action_items
    assert item.owner == ("Anna" if text.startswith("Anna") else "Ben")


def test_a_task_that_the_speaker_hands_to_another_is_theirs() -> None:
    lines = (("Ben", "And I will ask Carol to find out more about the rent."), ("Carol", "Hm."))
    (item,) = summarize("en", *lines).action_items
    assert item.owner == "Carol"
    (item,) = summarize("en", ("Ben", "And I will ask Victor to find out more about the rent.")).action_items
    assert item.owner == "Ben"  # Victor is not there to hear of it


ASKED = {
    "en": ("Who repairs the broken printer?", "I don't know.", "The broken printer gets repaired by Mira, I think."),
    "nl": ("Wie repareert de kapotte printer?", "Dat weet ik niet.", "De kapotte printer repareert Mira altijd."),
    "de": ("Wer repariert den kaputten Drucker?", "Das weiß ich nicht.", "Den kaputten Drucker repariert immer Mira."),
    "fr": (
        "Qui répare cette imprimante cassée ?",
        "Je ne sais pas.",
        "C'est Mira, l'imprimante cassée, elle la répare.",
    ),
    "es": ("¿Quién repara la impresora rota?", "No lo sé.", "La impresora rota siempre la repara Mira."),
}


@pytest.mark.parametrize("language", ASKED)
def test_a_question_that_is_answered_in_the_next_turns_is_not_open(language: str) -> None:
    asked, denied, answered = ASKED[language]
    lines = [("Ann", asked), ("Ben", denied)]
    assert [one.text for one in summarize(language, *lines).questions] == [asked]
    assert summarize(language, *lines, ("Cas", answered)).questions == ()
    far = [("Ann", "Hm.")] * 9
    assert [one.text for one in summarize(language, *lines, *far, ("Cas", answered)).questions] == [asked]


@pytest.mark.parametrize(
    "text",
    [
        "I don't know what to say about the budget.",
        "I'm not sure how much I should talk about that.",
        "I don't know if it makes sense, honestly.",
        "Can you go back one slide with the numbers?",
    ],
)
def test_what_somebody_cannot_say_at_the_moment_is_no_question(text: str) -> None:
    assert summarize("en", ("Ann", text), ("Ben", "I don't know.")).questions == ()


def test_points_are_quoted_without_hesitations_and_keep_the_words_as_said() -> None:
    said = "Well, we we decided to um move the p project to June."
    summary = summarize("en", ("Ann", said), ("Ben", "I will send the list by Friday."))
    (decision,), (task,) = summary.decisions, summary.action_items
    assert (decision.text, decision.said) == ("We decided to move the project to June.", said)
    assert (task.text, task.said) == ("I will send the list by Friday.", None)


REAL_TALK = [
    ("Ann", "Um, okay, so we we wanted to talk about the, uh, the remote control, right."),
    ("Ben", "Yeah, well, like a cat, you know, soft, yeah."),
    ("Ann", "Our aim is to uh produce a remote control that is original and user friendly."),
    ("Ben", "Mm-hmm. Yeah, yeah, I think so, you know, like, yeah, okay."),
    ("Cas", "So the the buttons of the remote control should be bigger than the old ones."),
    ("Ben", "Yeah, okay, like, I mean, you know what I mean, right, yeah."),
]


def test_the_overview_of_real_talk_has_the_subject_and_no_fillers() -> None:
    summary = summarize("en", *REAL_TALK * 3)
    texts = [one.text for one in summary.overview]
    assert "Our aim is to produce a remote control that is original and user friendly." in texts
    assert not any("yeah" in text.lower() or "you know" in text for text in texts)
    assert "remote control" in summary.topics[0].title.lower()
    assert summary.topics[0].said
