"""The forms in which families of models were trained to read a chat, each as a template that Ollama runs.

A file names its form only by its own template, written for another engine. Servers before 0.30 know the few templates
that they have a copy of; the family is recognised by the marks that all templates of it have.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChatFormat:
    """A family's form of a chat: `marks` are all in the templates of its files, `stops` end an answer."""

    name: str
    marks: tuple[str, ...]
    template: str
    stops: tuple[str, ...]


def recognise_format(template: str) -> ChatFormat | None:
    """The form of a file's own template; None for a family that is not known, and for a file without a template."""
    return next((one for one in FORMATS if all(mark in template for mark in one.marks)), None)


CHATML = """{{- range .Messages }}<|im_start|>{{ .Role }}
{{ .Content }}<|im_end|>
{{ end }}<|im_start|>assistant
"""
PHI4 = """{{- range .Messages }}<|im_start|>{{ .Role }}<|im_sep|>{{ .Content }}<|im_end|>
{{- end }}<|im_start|>assistant<|im_sep|>"""
PHI3 = """{{- range .Messages }}<|{{ .Role }}|>
{{ .Content }}<|end|>
{{ end }}<|assistant|>
"""
LLAMA3 = """{{- range .Messages }}<|start_header_id|>{{ .Role }}<|end_header_id|>

{{ .Content }}<|eot_id|>
{{- end }}<|start_header_id|>assistant<|end_header_id|>

"""
LLAMA2 = """{{- $system := .System }}{{ range .Messages }}
{{- if eq .Role "user" }}[INST] {{ if $system }}<<SYS>>
{{ $system }}
<</SYS>>

{{ $system = "" }}{{ end }}{{ .Content }} [/INST]
{{- else if eq .Role "assistant" }} {{ .Content }} </s><s>{{ end }}
{{- end }}"""
MISTRAL = """{{- $system := .System }}{{ range .Messages }}
{{- if eq .Role "user" }}[INST] {{ if $system }}{{ $system }}

{{ $system = "" }}{{ end }}{{ .Content }} [/INST]
{{- else if eq .Role "assistant" }} {{ .Content }}</s>{{ end }}
{{- end }}"""
MISTRAL_SYSTEM = """{{- range .Messages }}
{{- if eq .Role "system" }}[SYSTEM_PROMPT]{{ .Content }}[/SYSTEM_PROMPT]
{{- else if eq .Role "user" }}[INST]{{ .Content }}[/INST]
{{- else if eq .Role "assistant" }}{{ .Content }}</s>{{ end }}
{{- end }}"""
GEMMA = """{{- $system := .System }}{{ range .Messages }}{{ if eq .Role "user" }}<start_of_turn>user
{{ if $system }}{{ $system }}

{{ $system = "" }}{{ end }}{{ .Content }}<end_of_turn>
{{ else if eq .Role "assistant" }}<start_of_turn>model
{{ .Content }}<end_of_turn>
{{ end }}{{ end }}<start_of_turn>model
"""
DEEPSEEK = """{{- .System }}{{ range .Messages }}
{{- if eq .Role "user" }}<｜User｜>{{ .Content }}
{{- else if eq .Role "assistant" }}<｜Assistant｜>{{ .Content }}<｜end▁of▁sentence｜>{{ end }}
{{- end }}<｜Assistant｜>"""
GRANITE = """{{- range .Messages }}<|start_of_role|>{{ .Role }}<|end_of_role|>{{ .Content }}<|end_of_text|>
{{ end }}<|start_of_role|>assistant<|end_of_role|>"""
GRANITE_CODE = """{{- range .Messages }}
{{- if eq .Role "system" }}System:
{{ else if eq .Role "user" }}Question:
{{ else if eq .Role "assistant" }}Answer:
{{ end }}{{ .Content }}

{{ end }}Answer:
"""
COMMAND_R = """{{- range .Messages }}<|START_OF_TURN_TOKEN|>
{{- if eq .Role "system" }}<|SYSTEM_TOKEN|>
{{- else if eq .Role "user" }}<|USER_TOKEN|>
{{- else if eq .Role "assistant" }}<|CHATBOT_TOKEN|>{{ end }}{{ .Content }}<|END_OF_TURN_TOKEN|>
{{- end }}<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>"""

FORMATS = (
    ChatFormat("Phi 4", ("<|im_start|>", "<|im_sep|>"), PHI4, ("<|im_end|>", "<|im_start|>")),
    ChatFormat("ChatML", ("<|im_start|>", "<|im_end|>"), CHATML, ("<|im_end|>", "<|im_start|>")),
    ChatFormat("Llama 3", ("<|start_header_id|>", "<|eot_id|>"), LLAMA3, ("<|eot_id|>", "<|start_header_id|>")),
    ChatFormat("Llama 2", ("[INST]", "<<SYS>>"), LLAMA2, ("[INST]", "</s>")),
    ChatFormat("Mistral", ("[INST]", "[SYSTEM_PROMPT]"), MISTRAL_SYSTEM, ("[INST]", "</s>")),
    ChatFormat("Mistral", ("[INST]",), MISTRAL, ("[INST]", "</s>")),
    ChatFormat("Gemma", ("<start_of_turn>", "<end_of_turn>"), GEMMA, ("<end_of_turn>", "<start_of_turn>")),
    ChatFormat("Phi 3", ("<|end|>", "<|assistant|>"), PHI3, ("<|end|>", "<|user|>", "<|assistant|>")),
    ChatFormat("DeepSeek", ("<｜User｜>", "<｜Assistant｜>"), DEEPSEEK, ("<｜end▁of▁sentence｜>", "<｜User｜>")),
    ChatFormat("Granite", ("<|start_of_role|>", "<|end_of_role|>"), GRANITE, ("<|end_of_text|>", "<|start_of_role|>")),
    ChatFormat("Granite", ("Question:", "Answer:"), GRANITE_CODE, ("Question:", "Answer:")),
    ChatFormat(
        "Command R", ("<|START_OF_TURN_TOKEN|>",), COMMAND_R, ("<|END_OF_TURN_TOKEN|>", "<|START_OF_TURN_TOKEN|>")
    ),
)
"""The first one whose marks are there counts, so the more special come first."""
