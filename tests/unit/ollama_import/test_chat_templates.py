"""Models that Ollama makes without the chat template of their file, and what the import does about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.gguf_files import CHATML, gguf
from support.importing import import_all, only, put_model
from support.ollama_models import PLAIN
from support.ollama_server import OllamaServer, says

from ollama_import import chat_formats
from ollama_import.chat_formats import FORMATS, recognise_format
from ollama_import.gguf import read_header
from ollama_import.import_cache import ImportCache
from ollama_import.import_client import ImportClient

MODELFILE = "FROM ./model.gguf\nPARAMETER num_ctx 4096\n"
#: Much longer than what Ollama knows of that family, as the templates with tools are.
WITH_TOOLS = "{%- if tools %}{{- '<|im_start|>system\n# Tools' }}{%- endif %}" + CHATML
GIVEN = "given the chat template of ChatML, since Ollama took none from the file; it obeys its system message"
BASE = "a base model: it goes on with a text and answers nobody, so it is used only where it is named"
NO_TEMPLATE = "without a chat template: recaps would be poor; add TEMPLATE"
#: What tells the family in the templates of published models.
IN_FILES = {
    "ChatML": "{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}",
    "Phi 4": "{{'<|im_start|>user<|im_sep|>' + message['content'] + '<|im_end|>'}}",
    "Phi 3": "{{'<|' + message['role'] + '|>\n' + message['content'] + '<|end|>\n' }}{{ '<|assistant|>\n' }}",
    "Llama 3": "{{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + content + '<|eot_id|>' }}",
    "Llama 2": "{% set content = '<<SYS>>\\n' + system_message %}{{ bos_token + '[INST] ' + content + ' [/INST]' }}",
    "Mistral": "{{ '[INST] ' + message['content'] + ' [/INST]' }}",
    "Gemma": "{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}",
    "DeepSeek": "{{'<｜User｜>' + message['content']}}{{'<｜Assistant｜>' + content + '<｜end▁of▁sentence｜>'}}",
    "Granite": "{{- '<|start_of_role|>' + message['role'] + '<|end_of_role|>' + content + '<|end_of_text|>\n' }}",
    "Command R": "{{ '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>' + content.strip() + '<|END_OF_TURN_TOKEN|>' }}",
}


def with_template(template: str) -> bytes:
    return gguf(tokenizer__chat_template=template)


def test_the_template_is_read_from_the_header(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(with_template("{{ 'own' }}"))
    (tmp_path / "base.gguf").write_bytes(with_template(""))
    assert read_header(tmp_path / "model.gguf").chat_template == "{{ 'own' }}"
    assert read_header(tmp_path / "base.gguf").chat_template == ""


@pytest.mark.parametrize("family", IN_FILES)
def test_a_family_is_known_by_the_marks_of_its_templates(family: str) -> None:
    form = recognise_format(IN_FILES[family])
    assert form is not None
    assert form.name == family


def test_other_templates_are_of_no_known_family() -> None:
    assert recognise_format("{{ 'GPT4 Correct User: ' + message['content'] + '<|end_of_turn|>' }}") is None
    assert recognise_format("{{ '<|user|>\n' + message['content'] + eos_token }}") is None
    assert recognise_format("") is None


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_every_form_has_the_system_message_the_messages_and_stops(form: chat_formats.ChatFormat) -> None:
    assert "range .Messages" in form.template
    assert ".Content" in form.template
    assert "system" in form.template.lower() or ".Role }}" in form.template
    assert form.template.count("{{") == form.template.count("}}")
    assert form.stops


def test_a_model_that_ollama_made_without_its_template_gets_that_of_its_family(
    ollama: OllamaServer, client: ImportClient, models: Path
) -> None:
    put_model(models, "mine", MODELFILE, model__gguf=with_template(WITH_TOOLS))
    assert only(client, models) == ("imported", GIVEN)
    made = ollama.models["mine:latest"]
    assert made.template == chat_formats.CHATML
    assert made.parameters == {"num_ctx": 4096, "stop": ["<|im_end|>", "<|im_start|>"]}
    assert len(ollama.uploads) == 1
    assert only(client, models) == ("skipped", "already there")


def test_stops_of_the_owner_stay(ollama: OllamaServer, client: ImportClient, models: Path) -> None:
    put_model(models, "mine", f"{MODELFILE}PARAMETER stop END\n", model__gguf=with_template(WITH_TOOLS))
    assert only(client, models)[0] == "imported"
    assert ollama.models["mine:latest"].parameters["stop"] == ["END"]


def test_what_ollama_or_the_owner_chose_is_left_alone(ollama: OllamaServer, client: ImportClient, models: Path) -> None:
    put_model(models, "known", MODELFILE)
    own = f"{MODELFILE}TEMPLATE Q: {{{{ .System }}}} {{{{ .Prompt }}}}\n"
    put_model(models, "own", own, model__gguf=with_template(WITH_TOOLS))
    for result in import_all(client, models):
        assert (result.outcome, result.reason) == ("imported", "it obeys its system message")
    assert [body["model"] for body in ollama.creates] == ["known", "own"]


def test_an_ollama_that_runs_the_templates_of_files_is_given_none(models: Path) -> None:
    with OllamaServer(version="0.30.0") as ollama, ImportClient(ollama.host) as client:
        put_model(models, "mine", MODELFILE, model__gguf=with_template(WITH_TOOLS))
        assert only(client, models) == ("imported", "it obeys its system message")
        assert ollama.models["mine:latest"].template == WITH_TOOLS
        assert len(ollama.creates) == 1


def test_a_build_of_ones_own_is_not_an_old_version(models: Path) -> None:
    with OllamaServer(version="0.0.0") as ollama, ImportClient(ollama.host) as client:
        put_model(models, "mine", MODELFILE, model__gguf=with_template(WITH_TOOLS))
        assert only(client, models) == ("imported", GIVEN)


def test_a_template_of_an_unknown_family_is_told_of(ollama: OllamaServer, client: ImportClient, models: Path) -> None:
    put_model(models, "mine", MODELFILE, model__gguf=with_template("{{ 'Human: ' + message['content'] }}" * 9))
    assert only(client, models) == ("imported", NO_TEMPLATE)
    assert only(client, models) == ("skipped", f"already there; {NO_TEMPLATE}")


def test_a_base_model_is_told_of(ollama: OllamaServer, client: ImportClient, models: Path) -> None:
    put_model(models, "base", MODELFILE, model__gguf=with_template(""))
    assert only(client, models) == ("imported", BASE)
    assert only(client, models, force=True, chat=False) == ("imported", BASE)
    assert only(client, models) == ("skipped", f"already there; {BASE}")


def test_a_model_of_an_earlier_import_without_its_template_is_told_of(
    ollama: OllamaServer, client: ImportClient, models: Path
) -> None:
    put_model(models, "mine", MODELFILE, model__gguf=with_template(WITH_TOOLS))
    only(client, models)
    ollama.models["mine:latest"].template = PLAIN
    reason = "already there; without a chat template: recaps are poor; --force gives it that of ChatML"
    assert only(client, models) == ("skipped", reason)
    assert only(client, models, force=True) == ("imported", GIVEN)


def test_safetensors_name_their_template_beside_them(ollama: OllamaServer, client: ImportClient, models: Path) -> None:
    folder = put_model(models, "mine", "FROM .\n", model__safetensors=(2).to_bytes(8, "little") + b"{}")
    (folder / "chat_template.jinja").write_text(WITH_TOOLS)
    assert only(client, models) == ("imported", GIVEN)
    (folder / "chat_template.jinja").unlink()
    (folder / "tokenizer_config.json").write_text('{"chat_template": [{"name": "default", "template": "[INST]"}]}')
    assert only(client, models, force=True)[1].startswith("given the chat template of Mistral")


def test_a_model_that_does_not_obey_its_system_message_is_told_of_until_it_does(
    ollama: OllamaServer, client: ImportClient, models: Path, tmp_path: Path
) -> None:
    cache = ImportCache(tmp_path / "memory.json")
    put_model(models, "mine", MODELFILE)
    ollama.plays(says("Hello! How can I help?"))
    disobeys = "it answers, but not as its system message asks: recaps may be poor"
    assert only(client, models, cache) == ("imported", disobeys)
    assert only(client, models, cache) == ("skipped", f"already there; {disobeys}")
    ollama.script = ollama.obey
    assert only(client, models, cache) == ("skipped", "already there; it obeys its system message")
    assert only(client, models, cache) == ("skipped", "already there")
