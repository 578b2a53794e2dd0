"""The recap's language: that of the transcript or the one chosen, checked, asked for again, told where it is not so."""

from __future__ import annotations

from typing import Any

import pytest
from support.ollama_server import Body, OllamaServer, Reply, says
from support.scripted_models import is_look, is_merge, is_reading, says_yes, summarize, summarizer, talk, user_of

from pipeline.recap import Summary
from pipeline.summarize.engine import SummaryOptions, SummaryResult
from pipeline.summarize.language_model.language_check import is_foreign
from pipeline.summarize.language_model.response_schema import StretchAnswer, prose_of

RECAPS = {
    "en": (
        "Launch and budget",
        "The team talked about the launch and decided to put it off until the summer.",
        "Ann writes to the supplier and asks for a new price.",
    ),
    "nl": (
        "Lancering en begroting",
        "Het team sprak over de lancering en besloot die uit te stellen tot de zomer.",
        "Ann schrijft de leverancier en vraagt om een nieuwe prijs.",
    ),
    "de": (
        "Start und Budget",
        "Das Team sprach über den Start und beschloss, ihn auf den Sommer zu verschieben.",
        "Ann schreibt dem Lieferanten und bittet um einen neuen Preis.",
    ),
    "fr": (
        "Lancement et budget",
        "L'équipe a parlé du lancement et a décidé de le reporter à l'été prochain.",
        "Ann écrit au fournisseur et demande un nouveau prix.",
    ),
    "es": (
        "Lanzamiento y presupuesto",
        "El equipo habló del lanzamiento y decidió aplazarlo hasta el verano.",
        "Ann escribe al proveedor y pide un precio nuevo.",
    ),
    "pt": (
        "Lançamento e orçamento",
        "A equipa falou sobre o lançamento e decidiu adiá-lo para o verão.",
        "A Ann escreve ao fornecedor e pede um novo preço.",
    ),
    "it": (
        "Lancio e bilancio",
        "La squadra ha parlato del lancio e ha deciso di rimandarlo all'estate.",
        "Ann scrive al fornitore e chiede un nuovo prezzo.",
    ),
    "pl": (
        "Premiera i budżet",
        "Zespół rozmawiał o premierze i postanowił przełożyć ją na lato.",
        "Ann pisze do dostawcy i prosi o nową cenę.",
    ),
    "ru": (
        "Запуск и бюджет",
        "Команда обсудила запуск и решила отложить его до лета.",
        "Анна пишет поставщику и просит новую цену.",
    ),
    "tr": (
        "Lansman ve bütçe",
        "Ekip lansmanı konuştu ve yaza ertelemeye karar verdi.",
        "Ann tedarikçiye yazıyor ve yeni bir fiyat istiyor.",
    ),
    "ar": (
        "الإطلاق والميزانية",
        "ناقش الفريق موعد الإطلاق وقرر تأجيله إلى الصيف القادم.",
        "تكتب آن إلى المورد وتطلب سعرا جديدا.",
    ),
    "zh": ("发布和预算", "团队讨论了发布计划，并决定推迟到夏天再进行。", "安写信给供应商，要求新的报价。"),
    "ja": (
        "発売と予算",
        "チームは発売について話し合い、夏まで延期することを決めました。",
        "アンは仕入先に手紙を書き、新しい価格を求めます。",
    ),
    "hi": (
        "लॉन्च और बजट",
        "टीम ने लॉन्च पर बात की और उसे गर्मियों तक टालने का फैसला किया।",
        "ऐन आपूर्तिकर्ता को लिखेगी और नई कीमत माँगेगी।",
    ),
}
SPOKEN = "launch price supplier summer team Ann budget lancering leverancier Start Lieferanten Budget prijs"


def recap(language: str, **more: Any) -> dict[str, Any]:
    """An answer in this language."""
    title, overview, task = RECAPS[language]
    points = [
        {"lines": ["s1"], "kind": "fact", "text": overview},
        {"lines": ["s1"], "kind": "task", "who": "Ann", "when": None, "text": task},
    ]
    return {"points": points, "title": title} | more


def is_stern(body: Body) -> bool:
    return "of no use to the reader" in user_of(body)


def readings(server: OllamaServer) -> list[Body]:
    return [body for body in server.chats if is_reading(body)]


def answers(body: Body, answer: dict[str, Any]) -> Reply:
    """A model that gives this answer, and stands by it."""
    return says_yes(body) if is_look(body) else says(answer)


def sum_up(server: OllamaServer, spoken: str, wanted: str | None = None) -> SummaryResult:
    said = f"{SPOKEN} {' '.join(RECAPS[spoken])}"
    return summarize(server, talk(said, language=spoken), SummaryOptions(language=wanted))


def told(summary: Summary) -> list[str]:
    return [summary.title, summary.overview[0].text, summary.action_items[0].text]


@pytest.mark.parametrize("language", RECAPS)
@pytest.mark.parametrize("other", RECAPS)
def test_each_language_is_told_from_each_other_and_taken_for_itself(language: str, other: str) -> None:
    assert is_foreign(RECAPS[other], language) is (language != other)


@pytest.mark.parametrize(
    "texts",
    [
        (),
        ("Q3",),
        ("Budget review: API rollout",),
        ("They met.", "Ann, Ben und Zoe"),
        ("Kubernetes, GitHub Actions, Docker, OpenShift, PostgreSQL",),
        ("12,500 EUR, 31.12.2026, 14:30",),
        ("Das Team prüft “the new onboarding flow for our enterprise customers” bis Freitag noch einmal.",),
        ("Im Meeting ging es um das Update der Pipeline und das Deployment am Freitag im Release Train.",),
        ("Der Kick-off-Workshop für das Customer-Success-Team findet im Juni in Hamburg statt.",),
        (*RECAPS["de"], RECAPS["de"][1], "They want a follow-up on this one, says Ann from the other team."),
    ],
)
def test_short_texts_names_jargon_and_what_is_quoted_raise_no_false_alarm(texts: tuple[str, ...]) -> None:
    assert not is_foreign(texts, "de")


@pytest.mark.parametrize("language", ["haw", "xx", "", "jw"])
def test_a_language_that_is_not_known_is_not_checked(language: str) -> None:
    assert not is_foreign(RECAPS["en"], language) or language == "jw"


def test_regions_and_near_kin_are_no_other_language() -> None:
    assert not is_foreign(RECAPS["pt"], "pt-BR")
    assert not is_foreign(RECAPS["zh"], "zh_TW")
    danish = ("Holdet talte om lanceringen og besluttede at udskyde den til sommeren næste år.",)
    assert not is_foreign(danish, "da")
    assert not is_foreign(danish, "no")
    assert is_foreign(danish, "sv")


def test_owners_and_due_dates_are_no_prose() -> None:
    task = {"lines": ["s1"], "kind": "task", "who": RECAPS["en"][1], "when": RECAPS["en"][2], "text": RECAPS["nl"][1]}
    answer = StretchAnswer.model_validate({"points": [task], "title": RECAPS["nl"][0]})
    assert set(prose_of(answer)) == set(RECAPS["nl"][:2])
    assert not is_foreign(prose_of(answer), "nl")


@pytest.mark.parametrize(("spoken", "wanted"), [("nl", None), ("en", "de"), ("nl", "en"), ("fr", "ja")])
def test_an_answer_in_the_wrong_language_is_asked_for_again_more_sternly(
    ollama: OllamaServer, spoken: str, wanted: str | None
) -> None:
    right = wanted or spoken
    wrong = "en" if right != "en" else "nl"
    ollama.script = lambda body: answers(body, recap(right if is_stern(body) else wrong))
    result = sum_up(ollama, spoken, wanted)
    assert told(result.summary) == list(RECAPS[right])
    assert (len(readings(ollama)), result.summary.language) == (2, right)
    assert result.warnings == ()
    first, second = map(user_of, readings(ollama))
    transcript = first[: first.index("</transcript>")]
    assert second.startswith(transcript)  # so the model need not read it again


@pytest.mark.parametrize(("spoken", "wanted", "name"), [("nl", None, "Dutch"), ("en", "de", "German")])
def test_an_answer_that_stays_in_the_wrong_language_is_taken_and_the_reader_told(
    ollama: OllamaServer, spoken: str, wanted: str | None, name: str
) -> None:
    ollama.script = lambda body: answers(body, recap("fr"))
    result = sum_up(ollama, spoken, wanted)
    assert len(readings(ollama)) == 2
    assert told(result.summary) == list(RECAPS["fr"])
    (warning,) = result.warnings
    assert warning.code == "summary_language"
    assert f"not in {name}" in warning.message


@pytest.mark.parametrize("language", RECAPS)
def test_an_answer_in_the_right_language_is_asked_for_once(ollama: OllamaServer, language: str) -> None:
    ollama.script = lambda body: answers(body, recap(language))
    assert sum_up(ollama, language).warnings == ()
    assert sum_up(ollama, "en", language).warnings == ()
    assert len(readings(ollama)) == 2


def test_a_second_answer_that_cannot_be_used_leaves_the_first(ollama: OllamaServer) -> None:
    readings_left = iter((says(recap("en")), says("Pardon")))
    ollama.script = lambda body: says_yes(body) if is_look(body) else next(readings_left)
    result = sum_up(ollama, "nl")
    assert told(result.summary) == list(RECAPS["en"])
    assert [warning.code for warning in result.warnings] == ["summary_language"]


def test_an_answer_that_is_of_no_use_anyway_gives_no_word_about_its_language(ollama: OllamaServer) -> None:
    unproved = recap("en") | {"points": [{"lines": ["s99"], "text": f"4711 {RECAPS['en'][1]}"}]}
    ollama.plays(says(unproved), says(unproved), says(recap("nl")))
    said = f"{SPOKEN} {' '.join(RECAPS['nl'])} " * 3
    result = summarize(ollama, talk(said, said, language="nl"))
    assert len(readings(ollama)) == 4  # asked twice for its language, then in halves for its proof
    assert "summary_language" not in [warning.code for warning in result.warnings]


def reads_in(language: str, merges_in: str | None = None) -> Any:
    """A model that answers in one language until it is told more sternly."""

    def script(body: Body) -> Reply:
        chosen = "nl" if is_stern(body) else (merges_in or language) if is_merge(body) else language
        ids = [line[1 : line.index("]")].split(",")[0] for line in user_of(body).splitlines() if line.startswith("[")]
        points = [{"lines": ids[:1], "text": RECAPS[chosen][1]}]
        return says({"overview" if is_merge(body) else "points": points, "title": RECAPS[chosen][0]})

    return script


def test_once_stern_words_were_needed_they_are_used_from_the_start(ollama: OllamaServer) -> None:
    ollama.script = reads_in("en")
    transcript = talk(*[f"{SPOKEN} {RECAPS['nl'][1]} " * 4] * 60, language="nl")
    result = summarizer(ollama, num_ctx=8192).summarize(transcript, SummaryOptions(), lambda _: None)
    assert result.warnings == ()
    assert [is_stern(body) for body in ollama.chats] == [False, *[True] * (len(ollama.chats) - 1)]
    assert len(ollama.chats) > 4
    assert {point.text for point in result.summary.overview if point.proof != "quote"} == {RECAPS["nl"][1]}


def test_the_merged_outline_is_checked_too(ollama: OllamaServer) -> None:
    ollama.script = reads_in("nl", merges_in="en")
    transcript = talk(*[f"{SPOKEN} {RECAPS['nl'][1]} " * 4] * 60, language="nl")
    result = summarizer(ollama, num_ctx=8192).summarize(transcript, SummaryOptions(), lambda _: None)
    merges = [body for body in ollama.chats if is_merge(body)]
    assert [is_stern(body) for body in merges] == [False, True]
    assert [point.text for point in result.summary.overview if point.proof != "quote"] == [RECAPS["nl"][1]]
    assert result.warnings == ()


def test_the_language_asked_for_is_named_before_and_after_the_transcript(ollama: OllamaServer) -> None:
    ollama.script = lambda body: says(recap("nl"))
    assert sum_up(ollama, "en", "nl").summary.language == "nl"
    system, user = (body["content"] for body in ollama.chats[0]["messages"])
    assert "Write in Dutch" in system
    assert user.endswith("written in Dutch.")


def test_no_quote_in_another_language_fills_a_short_overview(ollama: OllamaServer) -> None:
    ollama.script = lambda body: answers(body, recap("nl") | {"points": recap("nl")["points"][:1]})
    said = [f"{SPOKEN} {text}" for text in RECAPS["en"] * 3]
    summary = summarize(ollama, talk(*said), SummaryOptions(language="nl")).summary
    assert [point.text for point in summary.overview] == [RECAPS["nl"][1]]
