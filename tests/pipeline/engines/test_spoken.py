import json

from pipeline.engines.spoken import spoken_in


def row(task="task-1", worded="", engines=("agent",), repaired=(), behavior=("drip",), planned=None):
    told = {"disclosure": behavior[0], "traits": list(behavior[1:])}
    return json.dumps(
        {
            "task": {"id": task, "worded": worded},
            "behavior": told if planned is None else {**told, "planned": list(planned)},
            "engines": dict.fromkeys(engines, "http:small-1"),
            "repaired": list(repaired),
        }
    )


def test_words_that_were_not_taken_are_counted_by_reason_and_tasks_once():
    spoken = spoken_in(
        [
            row("task-1", "http:small-1"),
            row("task-2", "grammar: leak", ("user", "rewriter"), ["values", "meaning", "values"]),
            row("task-2", "grammar: leak"),
            row("task-3", "grammar: insufficient", repaired=["truncated"]),
            row("task-4", "grammar: insufficient", behavior=("drip", "slip"), planned=["all_at_once"]),
        ]
    )
    assert spoken.line() == (
        "Language models: 3 of 4 tasks kept the grammar's words (insufficient 2, leak 1); 3 messages kept the script's "
        "words (values 2, meaning 1); 1 answers were asked for once more (truncated 1); 1 of 5 dialogues show other "
        "behaviours than planned and bear these (all_at_once: drip+slip 1)."
    )


def test_where_all_words_were_taken_nothing_is_said():
    assert spoken_in([row(), row()]).line() == ""
    assert spoken_in([row(worded="http:small-1")]).line() == ("Language models: 0 of 1 tasks kept the grammar's words.")
