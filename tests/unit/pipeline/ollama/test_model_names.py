from __future__ import annotations

from pipeline.ollama.model_names import full_name, name_key


def test_names_that_mean_the_same_model_have_the_same_key() -> None:
    same = ("recap", "recap:latest", "Recap", "library/recap", "registry.ollama.ai/library/recap:latest")
    assert len({name_key(name) for name in same}) == 1
    assert name_key("recap") not in {name_key("recap:8b"), name_key("team/recap"), name_key("other")}


def test_a_name_without_a_tag_means_the_latest() -> None:
    assert full_name("host:5000/team/recap") == "host:5000/team/recap:latest"
    assert full_name("recap:8b") == "recap:8b"
