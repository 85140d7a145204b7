"""What card, report and terminal say about a run's quality, in the same words everywhere."""

from __future__ import annotations

from pipeline.facts import Facts


def contamination_line(facts: Facts) -> str:
    """Says what the run was compared with and what was found."""
    settings = facts.recipe.get("contamination")
    if settings is None:
        return "It was compared with no benchmark: a recipe names the files of some under `contamination`."
    files = ", ".join(f"`{each['name']}` ({each['items']:,} items)" for each in settings["files"])
    if settings["action"] == "drop":
        dropped = sum(each.count for each in facts.drops if each.reason == "contamination")
        found = f"{dropped:,} tasks and dialogues that have one of either were dropped"
    else:
        found = f"{facts.reported:,} rows have one of either (their verdict `contamination` says which); all were kept"
    return f"Compared with {files} for runs of 13 words and for writes with the same arguments: {found}."
