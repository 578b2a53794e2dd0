from __future__ import annotations

import pytest

from pipeline.languages import LANGUAGES, WHISPER_CODES, language_name, text_direction

NAMES = {
    "en": "English", "nl": "Dutch", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian",
    "pt": "Portuguese", "pl": "Polish", "sv": "Swedish", "da": "Danish", "no": "Norwegian", "fi": "Finnish",
    "cs": "Czech", "el": "Greek", "hu": "Hungarian", "ro": "Romanian", "tr": "Turkish", "uk": "Ukrainian",
    "ru": "Russian", "ar": "Arabic", "he": "Hebrew", "hi": "Hindi", "ja": "Japanese", "ko": "Korean", "zh": "Chinese",
}  # fmt: skip


def test_the_languages_that_can_be_asked_for_keep_their_codes_and_names() -> None:
    assert LANGUAGES == NAMES


def test_every_language_of_whisper_has_a_name() -> None:
    assert len(WHISPER_CODES) == len(set(WHISPER_CODES)) == 100
    assert all(language_name(code) != code for code in WHISPER_CODES)
    assert set(LANGUAGES) <= set(WHISPER_CODES)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("nl-BE", "Dutch"),
        ("EN", "English"),
        ("bn", "Bengali"),
        ("mi", "Maori"),
        ("jw", "Javanese"),
        ("q0", "q0"),
        ("", ""),
    ],
)
def test_a_language_is_named_by_its_code_alone(code: str, name: str) -> None:
    assert language_name(code) == name


def test_only_some_languages_are_written_from_right_to_left() -> None:
    from_right = {code for code in WHISPER_CODES if text_direction(code) == "rtl"}
    assert from_right == {"ar", "fa", "he", "ps", "sd", "ur", "yi"}
    assert text_direction("") == text_direction("../x") == "ltr"
