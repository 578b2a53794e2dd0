"""What an import says about the form in which a model is given its chats."""

from __future__ import annotations

from ollama_import.plan import ImportPlan
from pipeline.ollama.model_info import ModelInfo

BASE_MODEL = "a base model: it goes on with a text and answers nobody, so it is used only where it is named"
NO_TEMPLATE = "without a chat template: recaps would be poor; add TEMPLATE"


def describe_form(plan: ImportPlan, card: ModelInfo) -> str:
    """Why the model of the server would make poor recaps; "" if it knows the form of a chat, or makes embeddings."""
    if card.has_chat_form or not card.can_chat:
        return ""
    if plan.known_format:
        return f"without a chat template: recaps are poor; --force gives it that of {plan.known_format.name}"
    has_own = plan.modelfile.template or plan.base or plan.chat_template
    return NO_TEMPLATE if has_own else BASE_MODEL
