"""Checks whether a model of the server is the one in a folder.

All texts that Ollama reports are compared: template, system message, parameters, messages, license, adapter, renderer,
parser, required version. Weights are compared in the cheapest reliable way:

- If the model was imported from here, by the digests of its files, which are cached.
- Else by architecture, number of weights and quantization, from the headers of the files.
- If these agree, by the digest of the file, if the server keeps it as sent (`REWRITE_VERSION`). Only this reads
  gigabytes.
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


def text_differences(plan: ImportPlan, info: ModelInfo, base: ModelInfo | None) -> list[str]:
    """The fields in which the server differs from the Modelfile; `base` is the base model, which gives the rest."""
    said = plan.modelfile
    system = said.system or (base.system if base else "")
    licenses = ([base.license] if base and base.license else []) + [one for one in said.licenses if one]
    messages = said.messages or (base.messages if base else ())
    template = said.template or (base.template if base else "")
    same = {
        "template": not template or _has_template(info, template),
        "system": system == info.system,
        "parameters": _same_parameters(plan, info, base),
        "messages": messages == info.messages,
        "license": "\n".join(licenses) == info.license,
        "adapter": info.has_adapter == bool(said.adapter or (base and base.has_adapter)),
        "renderer": _has_line(info, "RENDERER", said.renderer),
        "parser": _has_line(info, "PARSER", said.parser),
        # older servers do not report it
        "requires": not said.requires or not info.requires or said.requires == info.requires,
    }
    return [name for name, is_same in same.items() if not is_same]


def _has_template(info: ModelInfo, template: str) -> bool:
    """Ollama may report the template of the weights instead; then its Modelfile has ours."""
    quotes = ""
    if "\n" in template or template != template.strip(" "):
        quotes = '"""' if '"' in template else '"'
    return info.template == template or f"TEMPLATE {quotes}{template}{quotes}\n" in f"{info.modelfile}\n"


def _has_line(info: ModelInfo, name: str, value: str | None) -> bool:
    return not value or f"{name} {value}" in info.modelfile.splitlines()


def _same_parameters(plan: ImportPlan, info: ModelInfo, base: ModelInfo | None) -> bool:
    wanted = (base.parameters if base else {}) | plan.modelfile.parameters
    # for a known template, and for some architectures, Ollama adds stops, and to that of Gemma 3 a temperature
    added = set() if base or "stop" in wanted else {"stop"}
    if not base and "<start_of_turn>" in info.template and "temperature" not in wanted:
        added.add("temperature")
    return info.parameters.keys() - added == wanted.keys() and all(
        _same_value(value, info.parameters[name]) for name, value in wanted.items()
    )


def _same_value(wanted: Any, actual: Any) -> bool:
    if isinstance(wanted, list) or not isinstance(actual, int | float):
        return bool(wanted == actual)
    # Ollama stores floats in 32 bits
    return isinstance(wanted, int | float) and math.isclose(wanted, actual, rel_tol=1e-6)


def weights_key(plan: ImportPlan, digests: Mapping[Path, str]) -> dict[str, str]:
    """The digests of a model's weights, for the cache."""
    made = {f"{one.role}/{one.name}": digests[one.path] for one in plan.files}
    return made | ({"quantize": plan.quantize} if plan.quantize else {})


def same_weights(
    plan: ImportPlan,
    info: ModelInfo,
    installed: InstalledModel,
    version: str,
    made_of: dict[str, str] | None,
    digest: Callable[[Path], str],
) -> bool | None:
    """Whether the model has the weights of the files; None if that cannot be determined.

    `made_of` is what an earlier import of this model stored (`weights_key`); `digest` hashes a file.
    """
    if not plan.files:
        return True
    if made_of is not None:
        return made_of == weights_key(plan, {one.path: digest(one.path) for one in plan.files})
    if not _same_kind(plan, info):
        return False
    kept = [one for one in plan.files if _is_kept(one, plan, version)]
    if not info.blobs or len(kept) < len(plan.files):
        return None
    return all(one.size <= installed.size and digest(one.path) in info.blobs for one in kept)


def _same_kind(plan: ImportPlan, info: ModelInfo) -> bool:
    header = plan.header
    if header is None:
        return True
    given = plan.quantize.upper() if plan.quantize else header.quantization
    known = set(FILE_TYPES.values()) - {"F32"}
    pairs = [(header.architecture, info.architecture), (header.parameter_count, info.parameter_count)]
    if given in known and info.quantization.upper() in known:
        pairs.append((given, info.quantization.upper()))
    return all(ours == theirs for ours, theirs in pairs if ours and theirs)


def _is_kept(file: WeightFile, plan: ImportPlan, version: str) -> bool:
    """Whether the server keeps a file unchanged: no conversion, no quantization, no joining of parts."""
    if file.path.suffix.lower() == ".safetensors" or (file.role == "files" and plan.header is None):
        return False
    whole = not plan.quantize and (plan.header is None or plan.header.parts == 1)
    return file.role != "files" or (whole and is_older(version, REWRITE_VERSION))
