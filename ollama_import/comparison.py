"""Whether a model of the server is the one that lies in a folder.

All that Ollama tells in text is compared: template, system message, parameters, messages, license, whether there is an
adapter, renderer, parser, required version. Weights are compared by what is cheapest and still sure:

- The model was made by an import from here: its files are known by digest, and hashed files are remembered.
- Else architecture, number of weights and quantization, from the headers of the files.
- Where these agree, by the digest of the file if the server keeps it as it was sent (`REWRITE_VERSION`), and only
  then are gigabytes read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ollama_import.gguf import FILE_TYPES
from ollama_import.plan import ImportPlan, WeightFile
from ollama_import.versions import REWRITE_VERSION, is_older
from pipeline.ollama.model_info import InstalledModel, ModelInfo


def text_differences(plan: ImportPlan, card: ModelInfo, base: ModelInfo | None) -> list[str]:
    """What the server has otherwise than the Modelfile says; `base` is the model it stands on, which gives the rest."""
    said = plan.modelfile
    system = said.system or (base.system if base else "")
    licenses = ([base.license] if base and base.license else []) + [one for one in said.licenses if one]
    messages = said.messages or (base.messages if base else ())
    template = said.template or (base.template if base else "")
    same = {
        "template": not template or _has_template(card, template),
        "system": system == card.system,
        "parameters": _same_parameters(plan, card, base),
        "messages": messages == card.messages,
        "license": "\n".join(licenses) == card.license,
        "adapter": card.has_adapter == bool(said.adapter or (base and base.has_adapter)),
        "renderer": _has_line(card, "RENDERER", said.renderer),
        "parser": _has_line(card, "PARSER", said.parser),
        # older servers do not tell it
        "requires": not said.requires or not card.requires or said.requires == card.requires,
    }
    return [name for name, is_same in same.items() if not is_same]


def _has_template(card: ModelInfo, template: str) -> bool:
    """Ollama may tell the template within the weights instead, where it prefers that; then its Modelfile has ours."""
    quotes = ""
    if "\n" in template or template != template.strip(" "):
        quotes = '"""' if '"' in template else '"'
    return card.template == template or f"TEMPLATE {quotes}{template}{quotes}\n" in f"{card.modelfile}\n"


def _has_line(card: ModelInfo, name: str, value: str | None) -> bool:
    return not value or f"{name} {value}" in card.modelfile.splitlines()


def _same_parameters(plan: ImportPlan, card: ModelInfo, base: ModelInfo | None) -> bool:
    wanted = (base.parameters if base else {}) | plan.modelfile.parameters
    # with a template that it recognises, or for some architectures, Ollama adds stops by itself
    added = set() if base or "stop" in wanted else {"stop"}
    return card.parameters.keys() - added == wanted.keys() and all(
        _same_value(value, card.parameters[name]) for name, value in wanted.items()
    )


def _same_value(wanted: Any, actual: Any) -> bool:
    if isinstance(wanted, list) or not isinstance(actual, int | float):
        return bool(wanted == actual)
    # Ollama keeps 32 bits of a number with a point
    return isinstance(wanted, int | float) and math.isclose(wanted, actual, rel_tol=1e-6)


def weights_key(plan: ImportPlan, digests: Mapping[Path, str]) -> dict[str, str]:
    """What the weights of a model are made of, to remember it by."""
    made = {f"{one.role}/{one.name}": digests[one.path] for one in plan.files}
    return made | ({"quantize": plan.quantize} if plan.quantize else {})


def same_weights(
    plan: ImportPlan,
    card: ModelInfo,
    installed: InstalledModel,
    version: str,
    made_of: dict[str, str] | None,
    digest: Callable[[Path], str],
) -> bool | None:
    """Whether the model has the weights of the files; None where that cannot be told.

    `made_of` is what an earlier import remembered of this very model (`weights_key`); `digest` hashes a file.
    """
    if not plan.files:
        return True
    if made_of is not None:
        return made_of == weights_key(plan, {one.path: digest(one.path) for one in plan.files})
    if not _same_kind(plan, card):
        return False
    kept = [one for one in plan.files if _is_kept(one, plan, version)]
    if not card.blobs or len(kept) < len(plan.files):
        return None
    return all(one.size <= installed.size and digest(one.path) in card.blobs for one in kept)


def _same_kind(plan: ImportPlan, card: ModelInfo) -> bool:
    header = plan.header
    if header is None:
        return True
    given = plan.quantize.upper() if plan.quantize else header.quantization
    known = set(FILE_TYPES.values()) - {"F32"}
    pairs = [(header.architecture, card.architecture), (header.parameter_count, card.parameter_count)]
    if given in known and card.quantization.upper() in known:
        pairs.append((given, card.quantization.upper()))
    return all(ours == theirs for ours, theirs in pairs if ours and theirs)


def _is_kept(file: WeightFile, plan: ImportPlan, version: str) -> bool:
    """Whether the server keeps a file byte by byte: no conversion, no quantization, no joining of parts."""
    if file.path.suffix.lower() == ".safetensors" or (file.role == "files" and plan.header is None):
        return False
    whole = not plan.quantize and (plan.header is None or plan.header.parts == 1)
    return file.role != "files" or (whole and is_older(version, REWRITE_VERSION))
