"""Judge dialogues: a language model decides what rules leave open, and shows it in the dialogue's own words."""

from stages.judge_dialogues.stage import JudgeDialogues

__all__ = ["JudgeDialogues"]
