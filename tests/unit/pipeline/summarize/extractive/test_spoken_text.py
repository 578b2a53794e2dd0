from __future__ import annotations

import pytest

from pipeline.summarize.extractive.spoken_text import clean_text


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        ("Uh, making a profit of fifty million euros.", "Making a profit of fifty million euros."),
        ("The the goal is um to have it.", "The goal is to have it."),
        ("People, when they w when they want to go there, look.", "People, when they want to go there, look."),
        ("And it it it has to be switched on.", "And it has to be switched on."),
        ("Well, you know, it's, um, I mean, it's the p priority.", "It's the priority."),
        ("It was, you know, a nice thing to do, yeah.", "It was a nice thing to do."),
        ("I like cats, uh, dogs and birds.", "I like cats, dogs and birds."),
        ("What kind of user interf interface we want.", "What kind of user interface we want."),
        ("The cat- category is wrong... uh. Fine.", "The category is wrong... Fine."),
        ("So yeah, we should design a lamp.", "So we should design a lamp."),
    ],
)
def test_hesitations_repeats_fragments_and_asides_go(said: str, quoted: str) -> None:
    assert clean_text(said, "en") == quoted


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I think we should not do it."),
        ("en", "So our aim is low prices, and we had had no plan A or plan b."),
        ("en", "Do you know what I mean by that?"),
        ("en", "I know that that is so, and I like it like that."),
        ("en", "Room 5 5 is at nine nine."),
        ("en", "In interesting times the theory of a and b is best bested."),
        ("fr", "Nous nous sommes vus hier, n'est-ce pas ?"),
        ("de", "Die, die das sagen, haben recht."),
        ("it", "Ma ma perché no?"),
        ("en", "Um."),
        ("en", ""),
    ],
)
def test_what_means_something_stays_as_it_was_said(language: str, text: str) -> None:
    assert clean_text(text, language) == text


@pytest.mark.parametrize(
    ("language", "said", "quoted"),
    [
        ("nl", "Nou ja, eh, we moeten, zeg maar, de de lijst sturen.", "We moeten de lijst sturen."),
        ("de", "Ähm, ich ich meine, wir müssen äh warten, sozusagen.", "Wir müssen warten."),
        ("fr", "Euh, bon, on va, tu vois, envoyer le le projet.", "On va envoyer le projet."),
        ("es", "Bueno, eh, vamos a, o sea, enviar la la lista.", "Vamos a enviar la lista."),
        ("it", "Ehm, il progetto è pronto.", "Il progetto è pronto."),
    ],
)
def test_each_language_has_its_own_fillers(language: str, said: str, quoted: str) -> None:
    assert clean_text(said, language) == quoted
