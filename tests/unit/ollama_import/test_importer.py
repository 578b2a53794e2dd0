from __future__ import annotations

from pathlib import Path

import pytest
from support.gguf_files import gguf
from support.importing import digest_of, import_all, only, put_model
from support.ollama_server import OllamaServer, Reply

from ollama_import.import_cache import ImportCache
from ollama_import.import_client import ImportClient
from ollama_import.importer import Importer, ImportOptions, ImportResult
from ollama_import.sources import find_models


def test_a_model_is_sent_made_looked_up_and_tried(ollama: OllamaServer, client: ImportClient, models: Path) -> None:
    put_model(models, "mine")
    (result,) = import_all(client, models)
    assert result == ImportResult("mine", "imported", "it obeys its system message", len(gguf()), len(gguf()))
    (body,) = ollama.creates
    assert body == {
        "model": "mine",
        "stream": True,
        "files": {"model.gguf": digest_of(gguf())},
        "template": "{{ .System }}\n{{ .Prompt }}!",
        "system": 'You write recaps.\nBegin with the \\"decisions\\".',
        "parameters": {"num_ctx": 8192, "temperature": 0.3, "use_mmap": False, "stop": ["a", "\x1b \\"]},
        "license": ["MIT", "Two\nlines"],
        "messages": [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}],
        "renderer": "qwen3",
        "parser": "qwen3",
        "requires": "0.12.0",
    }
    (chat,) = ollama.chats
    assert (chat["model"], chat["keep_alive"]) == ("mine", 0)
    assert client.running() == []


def test_no_chat_is_tried_while_a_job_runs_nor_when_it_is_not_wanted(
    ollama: OllamaServer, client: ImportClient, models: Path
) -> None:
    put_model(models, "mine")
    importer = Importer(client, ImportOptions(), chat_obstacle=lambda: "a job is running")
    (result,) = importer.run(find_models(models))
    assert (result.outcome, result.reason) == ("imported", "no chat tried: a job is running")
    assert only(client, models, force=True, chat=False) == ("imported", "")
    assert ollama.chats == []


def test_a_model_that_makes_embeddings_is_not_asked_to_chat(
    ollama: OllamaServer, client: ImportClient, models: Path
) -> None:
    put_model(models, "embed", "FROM ./model.gguf\n", model__gguf=gguf("F16", llama__pooling_type=1))
    assert only(client, models) == ("imported", "no chat tried: it is an embedding model")
    assert ollama.chats == []


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(status=500, late_error="llama runner process has terminated"), "llama runner process has terminated"),
        (Reply(()), "the model gives an empty answer"),
    ],
)
def test_a_model_that_cannot_chat_counts_as_failed(
    ollama: OllamaServer, client: ImportClient, models: Path, reply: Reply, reason: str
) -> None:
    put_model(models, "mine")
    ollama.plays(reply)
    assert only(client, models) == ("failed", f"made, but a chat with it fails: {reason}")


def test_a_model_that_was_not_seen_to_work_is_tried_by_the_next_import(
    ollama: OllamaServer, client: ImportClient, models: Path, tmp_path: Path
) -> None:
    cache = ImportCache(tmp_path / "memory.json")
    put_model(models, "mine")
    ollama.plays(Reply(status=500, late_error="out of memory"))
    assert only(client, models, cache)[0] == "failed"
    assert only(client, models, cache, dry_run=True) == ("skipped", "already there")
    assert only(client, models, cache) == ("failed", "already there, but a chat with it fails: out of memory")
    ollama.script = ollama.obey
    assert only(client, models, cache) == ("skipped", "already there; it obeys its system message")
    assert only(client, models, cache) == ("skipped", "already there")
    assert (len(ollama.chats), len(ollama.creates)) == (3, 1)


def test_a_model_may_stand_on_another_of_the_server(ollama: OllamaServer, client: ImportClient, models: Path) -> None:
    base = ollama.models["recap:latest"]
    base.parameters, base.license, base.system = {"num_ctx": 4096, "top_k": 1}, ("MIT",), "Base."
    put_model(models, "based", "FROM recap\nPARAMETER num_ctx 8192\nLICENSE BSD\n")
    assert only(client, models) == ("imported", "it obeys its system message")
    assert ollama.creates[0]["from"] == "recap"
    assert ollama.models["based:latest"].parameters == {"num_ctx": 8192, "top_k": 1}
    assert only(client, models) == ("skipped", "already there")
    base.system = "Another."
    assert only(client, models) == ("skipped", "differs (system), use --force")
    del ollama.models["recap:latest"]
    assert only(client, models)[1] == "already there; not compared, because Ollama no longer has recap"


def test_a_base_that_is_not_there_is_not_looked_for_on_the_internet(
    ollama: OllamaServer, client: ImportClient, models: Path
) -> None:
    put_model(models, "lost", "FROM nowhere\n")
    reason = "Ollama has no model nowhere, which FROM names; get it with ollama pull nowhere"
    assert only(client, models) == ("failed", reason)
    assert only(client, models, dry_run=True) == ("failed", reason)
    assert ollama.creates == []


def test_a_base_of_the_same_folder_comes_first(ollama: OllamaServer, client: ImportClient, models: Path) -> None:
    put_model(models, "a", "FROM b:1\n")
    put_model(models, "b:1", "FROM c\n")
    put_model(models, "c", "FROM ./model.gguf\n")
    planned = import_all(client, models, dry_run=True)
    assert [one.outcome for one in planned] == ["planned", "planned", "planned"]
    assert [one.outcome for one in import_all(client, models)] == ["imported", "imported", "imported"]
    assert [body["model"] for body in ollama.creates] == ["c", "b:1", "a"]


def test_models_that_stand_on_each_other_end(client: ImportClient, models: Path) -> None:
    put_model(models, "a", "FROM b\n")
    put_model(models, "b", "FROM a\n")
    assert [one.outcome for one in import_all(client, models)] == ["failed", "failed"]


@pytest.mark.parametrize(
    ("modelfile", "weights", "reason"),
    [
        ("FROM ./other.gguf\n", gguf(), "other.gguf does not exist"),
        ("FROM ./model.gguf\n", b"what?", "not in GGUF format"),
        ("FROM ./model.gguf\nADAPTER ./lora.gguf\n", gguf(), "lora.gguf does not exist"),
        ("FROM ./model.gguf\nADAPTER ./model.gguf\n", gguf(), "an ADAPTER or DRAFT is a file of its own"),
        ("FROM ./model.gguf\nDRAFT small\n", gguf(), "small does not exist"),
        ("FROM ./model.gguf\nFROM recap\n", gguf(), "Ollama accepts files, or one model that it has"),
        ("FROM ./model.gguf\n", gguf(general__type="mmproj"), "none of these files holds a language model"),
        ("FROM ./model.gguf\nPARAMETER num_ctx x\n", gguf(), "line 2: num_ctx must be"),
        ("SYSTEM hello\n", gguf(), "there is no FROM line"),
        ("FROM ./model.gguf\nREQUIRES 0.99.0\n", gguf(), "it requires Ollama 0.99.0; this is 0.12.6"),
    ],
)
def test_a_model_that_fails_says_why_and_the_others_go_on(
    ollama: OllamaServer, client: ImportClient, models: Path, modelfile: str, weights: bytes, reason: str
) -> None:
    put_model(models, "a-broken", modelfile, model__gguf=weights)
    put_model(models, "b-good", "FROM ./good.gguf\n", good__gguf=gguf(seed=9))
    broken, good = import_all(client, models)
    assert broken.outcome == "failed"
    assert reason in broken.reason
    assert good.outcome == "imported"
    assert ollama.uploads == [digest_of(gguf(seed=9))]


def test_names_that_ollama_refuses_and_names_given_twice_fail_before_anything_is_sent(
    ollama: OllamaServer, client: ImportClient, models: Path
) -> None:
    put_model(models, "my recap")
    put_model(models, "twice")
    (put_model(models, "again") / "NAME").write_text("Twice:latest")
    bad, first, second = sorted(import_all(client, models), key=lambda one: one.reason)
    assert "'my recap' is not a name that Ollama accepts" in bad.reason
    assert first.reason == second.reason
    assert f"{models}/again/Modelfile and {models}/twice/Modelfile" in first.reason
    assert ollama.uploads == []


def test_adapter_draft_and_parts_are_sent_under_their_names(
    ollama: OllamaServer, client: ImportClient, models: Path
) -> None:
    put_model(
        models, "mine", "FROM ./m-00001-of-00002.gguf\nFROM ./eyes.gguf\nADAPTER ./lora.gguf\nDRAFT ./draft.gguf\n",
        **{"m-00001-of-00002__gguf": gguf(split__no=0, split__count=2)},
        **{"m-00002-of-00002__gguf": gguf(split__no=1, split__count=2)},
        eyes__gguf=gguf(general__type="mmproj"), lora__gguf=gguf(general__type="adapter"), draft__gguf=gguf(seed=5),
    )  # fmt: skip
    assert only(client, models)[0] == "imported"
    (body,) = ollama.creates
    assert body["files"].keys() == {"m-00001-of-00002.gguf", "m-00002-of-00002.gguf", "eyes.gguf"}
    assert body["adapters"] == {"lora.gguf": digest_of(gguf(general__type="adapter"))}
    assert body["draft_files"] == {"draft.gguf": digest_of(gguf(seed=5))}
    assert only(client, models) == ("skipped", "already there; its weights can be compared by kind and number only")


def test_a_folder_of_weights_alone_is_imported(ollama: OllamaServer, client: ImportClient, models: Path) -> None:
    put_model(models, "bare")
    (models / "bare" / "Modelfile").unlink()
    assert only(client, models) == ("imported", "it obeys its system message")
    assert ollama.creates[0]["files"].keys() == {"model.gguf"}


def test_wide_weights_are_quantized_by_ollama(ollama: OllamaServer, client: ImportClient, models: Path) -> None:
    model = put_model(models, "mine", "FROM ./model.gguf\n", model__gguf=gguf("F16"))
    (model / "QUANTIZE").write_text("Q4_k_m\n")
    assert only(client, models) == ("imported", "quantized to q4_K_M; it obeys its system message")
    assert ollama.creates[0]["quantize"] == "q4_K_M"
    assert ollama.models["mine:latest"].quantization == "Q4_K_M"
    assert only(client, models)[0] == "skipped"
    assert only(client, models, quantize="q8_0") == ("skipped", "differs (weights), use --force")
    assert only(client, models, quantize="q8_0", force=True) == (
        "imported",
        "quantized to q8_0; it obeys its system message",
    )


@pytest.mark.parametrize(
    ("modelfile", "quantize", "reason"),
    [
        ("FROM ./model.gguf\n", "q4_K_M", "is in Q4_K_M already; only F32, F16, BF16 can be quantized"),
        ("FROM ./model.gguf\n", "q5_1", "does not quantize to 'q5_1', only to q4_K_M, q4_K_S, q8_0"),
        ("FROM recap\n", "q8_0", "recap is in Q4_K_M already"),
    ],
)
def test_what_cannot_be_quantized_is_refused_before_it_is_sent(
    ollama: OllamaServer, client: ImportClient, models: Path, modelfile: str, quantize: str, reason: str
) -> None:
    put_model(models, "mine", modelfile)
    outcome, why = only(client, models, quantize=quantize)
    assert outcome == "failed"
    assert reason in why
    assert ollama.uploads == []


def test_a_dry_run_says_what_would_be_sent_and_changes_nothing(
    ollama: OllamaServer, client: ImportClient, models: Path
) -> None:
    put_model(models, "a")
    put_model(models, "b")
    put_model(models, "c", "FROM ./model.gguf\n", model__gguf=gguf(seed=1))
    ollama.blobs[digest_of(gguf(seed=1))] = gguf(seed=1)
    size = len(gguf())
    planned = import_all(client, models, dry_run=True)
    assert [(one.outcome, one.size, one.sent) for one in planned] == [
        ("planned", size, size), ("planned", size, 0), ("planned", size, 0),
    ]  # fmt: skip
    assert (ollama.uploads, ollama.creates) == ([], [])
