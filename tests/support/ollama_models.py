"""The models of the stand-in Ollama: what it makes of files, and what it tells of them.

Written after Ollama's `server/create.go`, `server/images.go` and `parser/parser.go`, on purpose without the code under
test.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from support import gguf_files

Body = dict[str, Any]
PLAIN = "{{ .Prompt }}"
"""What a model gets without a template: no roles, and no system message."""
CHATML = "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"
CHATML_OF_FILES = gguf_files.CHATML
"""The one template of files that this Ollama has a copy of; the real one has 35, and takes what is nearly the same."""
FILE_TYPES = {0: "F32", 1: "F16", 2: "Q4_0", 7: "Q8_0", 14: "Q4_K_S", 15: "Q4_K_M", 32: "BF16"}
NAME = re.compile(r"(?:[\w.:-]+/)?(?:[\w-]+/)?\w[\w.-]{0,79}(?::\w[\w.-]{0,79})?", re.ASCII)


@dataclass
class Model:
    """An installed model. Loaded it takes `size` bytes, and `bytes_per_token` for each token of its window."""

    name: str
    window: int = 32768
    capabilities: tuple[str, ...] | None = ("completion",)
    size: int = 1000
    bytes_per_token: int = 0
    info: dict[str, Any] = field(default_factory=dict)
    template: str = CHATML
    system: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    created_from: Body = field(default_factory=dict)
    license: tuple[str, ...] = ()
    messages: tuple[Body, ...] = ()
    renderer: str = ""
    parser: str = ""
    requires: str = ""
    blobs: tuple[str, ...] = ()
    adapters: tuple[str, ...] = ()
    quantization: str = "Q4_K_M"
    remote_host: str = ""
    written_anew: bool = False
    damage: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps([self.name, self.created_from], sort_keys=True).encode()).hexdigest()


def full_name(name: str) -> str:
    return name if ":" in name else f"{name}:latest"


def find_model(models: Mapping[str, Model], name: str) -> Model | None:
    """Names mean the same in either case."""
    wanted = full_name(name).lower()
    return next((one for key, one in models.items() if key.lower() == wanted), None)


def listed(one: Model) -> Body:
    """A model in the lists."""
    name = full_name(one.name)
    return {"name": name, "model": name, "size": one.size, "digest": one.digest, "details": _details(one)}


def shown(one: Model) -> Body:
    """The answer of `/api/show`."""
    answer: Body = {
        "modelfile": _modelfile(one),
        "parameters": "\n".join(f"{key:<30} {_go(value)}" for key, value in _flat(one.parameters)),
        "template": one.template,
        "details": _details(one),
        "model_info": {"general.architecture": "llama", "llama.context_length": one.window} | one.info,
    }
    told = {
        "system": one.system,
        "license": "\n".join(one.license),
        "messages": list(one.messages),
        "requires": one.requires,
        "remote_host": one.remote_host,
    }
    answer |= {key: value for key, value in told.items() if value}
    if one.capabilities is not None:
        answer["capabilities"] = list(one.capabilities)
    return answer


def refused_before(body: Body) -> str | None:
    """Why a request to create is refused at once."""
    if not NAME.fullmatch(str(body.get("model", ""))):
        return "invalid model name"
    for path in [*body.get("files", {}), *body.get("draft_files", {})]:
        if path.startswith("/") or any(part in ("", ".", "..") for part in path.split("/")):
            return "file path must be relative"
    return None


def creating(body: Body, models: dict[str, Model], blobs: Mapping[str, bytes], version: str) -> Iterator[Body]:
    """The lines of an answer to create; the last is an error, or says success after the model is there."""
    base: Model | None = None
    files = body.get("files", {})
    if body.get("from"):
        base = find_model(models, body["from"])
        if base is None:
            yield {"status": f"pulling {body['from']}"}
            yield {"error": "pull model manifest: file does not exist"}
            return
    elif not files:
        yield {"error": "neither 'from' or 'files' was specified", "status": 400}
        return
    for role in ("files", "draft_files", "adapters"):
        yield from _parsing(body.get(role, {}), blobs, is_adapter=role == "adapters")
    template = body.get("template", "")
    if template.count("{{") != template.count("}}"):
        yield {"error": "template error: unclosed action", "status": 400}
        return
    heads = b"".join(blobs[digest] for digest in files.values())
    quantization = _file_type(heads) if files else base.quantization if base else ""
    if body.get("quantize"):
        if quantization not in ("F16", "BF16", "F32"):
            yield {"error": "quantization is only supported for F16, BF16 and F32 models"}
            return
        half = {"status": f"quantizing {quantization} model to {body['quantize'].upper()}", "digest": "0", "total": 100}
        yield from (half | {"completed": done} for done in (50, 100))
        quantization = body["quantize"].upper()
    yield {"status": "writing manifest"}
    made = _made(body, base, quantization, is_embedding=b".pooling_type" in heads)
    _take_template(made, _text_field(heads, b"tokenizer.chat_template"), version)
    made.size = base.size if base else 0
    made.written_anew = bool(files) and is_new(version)
    models[made.name] = made
    yield {"status": "success"}


def _parsing(files: Mapping[str, str], blobs: Mapping[str, bytes], is_adapter: bool) -> Iterator[Body]:
    if is_adapter and len(files) > 1 and not any(name.endswith(".safetensors") for name in files):
        yield {"error": "only one adapter is currently supported", "status": 400}
    for digest in files.values():
        if digest not in blobs:
            yield {"error": f"blob {digest} not found", "status": 400}
            return
    if any(name.endswith(".safetensors") for name in files):
        yield {"status": "converting adapter" if is_adapter else "converting model"}
        return
    for name, digest in files.items():
        yield {"status": "parsing GGUF"}
        if not blobs[digest].startswith(b"GGUF"):
            known = name.endswith(".gguf")
            yield {"error": "supplied file was not in GGUF format" if known else "unknown type", "status": 400}
            return


def _made(body: Body, base: Model | None, quantization: str, is_embedding: bool) -> Model:
    """What is not given comes from the base; parameters and licenses add up."""
    license = body.get("license", [])
    return Model(
        name=full_name(body["model"]),
        window=base.window if base else 32768,
        capabilities=base.capabilities if base else ("embedding",) if is_embedding else ("completion",),
        template=body.get("template") or (base.template if base else PLAIN),
        system=body.get("system") or (base.system if base else ""),
        parameters=(base.parameters if base else {}) | body.get("parameters", {}),
        license=(*(base.license if base else ()), *([license] if isinstance(license, str) else license)),
        messages=tuple(body.get("messages") or (base.messages if base else ())),
        renderer=body.get("renderer") or (base.renderer if base else ""),
        parser=body.get("parser") or (base.parser if base else ""),
        requires=body.get("requires") or (base.requires if base else ""),
        blobs=tuple(body.get("files", {}).values()) or (base.blobs if base else ()),
        adapters=tuple(body.get("adapters", {}).values()),
        quantization=quantization,
        created_from={key: value for key, value in body.items() if key != "stream"},
    )


def _take_template(made: Model, in_file: str, version: str) -> None:
    """Give a model the template of its file: one that is known, or from 0.30 on as it is."""
    if made.template != PLAIN or "template" in made.created_from or not in_file:
        return
    if in_file == CHATML_OF_FILES:
        made.template = CHATML
        made.parameters = {"stop": ["<|im_start|>", "<|im_end|>"]} | made.parameters
    elif is_new(version):
        made.template = in_file


def is_new(version: str) -> bool:
    """Whether this server runs the templates of files, and writes files anew."""
    return tuple(int(part) for part in version.split(".")) >= (0, 30, 0)


def _text_field(data: bytes, key: bytes) -> str:
    at = data.find(key)
    if at < 0:
        return ""
    _, length = struct.unpack_from("<IQ", data, at + len(key))
    begin = at + len(key) + 12
    return data[begin : begin + length].decode()


def _file_type(data: bytes) -> str:
    key = b"general.file_type"
    at = data.find(key)
    if at < 0:
        return "unknown"
    kind, value = struct.unpack_from("<II", data, at + len(key))
    return FILE_TYPES.get(value, "unknown") if kind == 4 else "unknown"


def _modelfile(one: Model) -> str:
    blobs = [hashlib.sha256(digest.encode()).hexdigest() if one.written_anew else digest[7:] for digest in one.blobs]
    lines = ['# Modelfile generated by "ollama show"', "# To build a new Modelfile based on this, replace FROM with:"]
    lines += [f"# FROM {one.name}", ""]
    lines += [f"FROM /root/.ollama/models/blobs/sha256-{digest}" for digest in blobs or ["0" * 64]]
    lines += [f"ADAPTER /root/.ollama/models/blobs/sha256-{digest[7:]}" for digest in one.adapters]
    for name in ("template", "system", "renderer", "parser"):
        if getattr(one, name) and "{%" not in getattr(one, name):  # a template of the file is shown, but not here
            lines.append(f"{name.upper()} {_quoted(getattr(one, name))}")
    lines += [f"PARAMETER {key} {_quoted(str(value))}" for key, value in _flat(one.parameters)]
    lines += [f"LICENSE {_quoted(text)}" for text in one.license]
    lines += [f"MESSAGE {message['role']} {_quoted(message['content'])}" for message in one.messages]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """As Ollama does: a text that begins with a quote comes out as it is, and cannot be read again."""
    if "\n" not in text and text == text.strip(" "):
        return text
    return f'"""{text}"""' if '"' in text else f'"{text}"'


def _flat(parameters: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in parameters.items():
        yield from ((key, one) for one in (value if isinstance(value, list) else [value]))


def _go(value: Any) -> str:
    """A value as Go's %#v writes it: what does not print in text as \\x1b, large whole numbers with an exponent."""
    if isinstance(value, str):
        signs = (f"\\x{ord(sign):02x}" if ord(sign) < 32 else sign for sign in value)
        return '"' + "".join({'"': '\\"', "\\": "\\\\"}.get(sign, sign) for sign in signs) + '"'
    if isinstance(value, bool):
        return str(value).lower()
    return f"{float(value):e}" if abs(value) >= 1e21 else f"{value:g}" if isinstance(value, float) else str(value)


def _details(one: Model) -> Body:
    return {
        "parent_model": "",
        "format": "gguf",
        "family": "llama",
        "families": ["llama"],
        "parameter_size": "8B",
        "quantization_level": one.quantization,
    }
