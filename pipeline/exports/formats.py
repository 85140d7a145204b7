"""All formats, by name."""

from __future__ import annotations

from pipeline.exports.conversational import AXOLOTL, MS_SWIFT, TRL
from pipeline.exports.format import Format
from pipeline.exports.llama_factory import LLAMA_FACTORY
from pipeline.exports.openai import OPENAI
from pipeline.exports.verl import VERL
from pipeline.exports.verl_rl import VERL_RL

FORMATS: dict[str, Format] = {
    each.name: each for each in (OPENAI, TRL, AXOLOTL, LLAMA_FACTORY, MS_SWIFT, VERL, VERL_RL)
}
