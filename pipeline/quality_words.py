"""What card, report and terminal say about a run's quality, in the same words everywhere."""

from __future__ import annotations

from pipeline.facts import Facts
from stages.balance import KINDS
from stages.dialogue_acts import OTHER, SYSTEM, USER, coverage
from stages.realism import PUBLISHED, TOLERANCE, Realism

USERLM = {
    "first_turn_diversity": "first-turn diversity (100: no word in common)",
    "intent_overlap": "intent overlap, % of runs of three words",
    "termination_f1": "termination, F1",
    "follow_up_rate": "genuine follow-ups, % of later turns",
    "naturalness": "naturalness, % by the detector",
}
"""Figures that UserLM measures -> what they are."""


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


def balance_line(facts: Facts) -> str:
    """Says how near each limit of the recipe's balance the rows are; nothing where it has none."""
    if not facts.balance:
        return ""
    found = []
    for kind, each in facts.balance.items():
        if each["rows"]:
            share = f"{each['count']:,} of {each['rows']:,} rows (limit {each['limit']:.2%})"
            found.append(f"{KINDS[kind]} `{each['commonest']}` is in {share}")
    dropped = sum(each.count for each in facts.drops if each.reason == "balance")
    told = "".join(f"the commonest {each}; " for each in found)
    return f"Balance: {told}{dropped:,} rows were dropped for it."


def realism_line(found: Realism) -> str:
    """Says where users lie beside people, as far as figures of people are public."""
    people = PUBLISHED.means
    far = [
        name
        for name, key, share in (
            ("short", "short", found.short_turns),
            ("polite", "polite", found.polite_turns),
        )
        # Both ways of counting: every turn alike, and every dialogue alike.
        if max(abs(share - people[key]), abs(found.features[key] - people[key])) > TOLERANCE
    ]
    points = f"{100 * TOLERANCE:g} points"
    judged = (
        f"both lie within {points} of people's"
        if not far
        else f"{' and '.join(far)} turns lie more than {points} from people's"
    )
    return (
        f"Of {found.turns:,} user turns, {found.short_turns:.1%} have three words or fewer (people: "
        f"{people['short']:.1%}) and {found.polite_turns:.1%} are polite (people: {people['polite']:.1%}; USI, arXiv "
        f"2603.11245): {judged}. "
        "For no other figure is one of people public, so no other is aimed at."
    )


def realism_figures(found: Realism) -> list[tuple[str, str]]:
    """Returns further figures, each with its name."""
    shown = [
        ("words in the first two turns, of all words", f"{found.features['front_loading']:.0%}"),
        ("turns that only acknowledge", f"{found.features['ack_only']:.0%}"),
        ("turns that ask something", f"{found.features['info_question']:.0%}"),
    ]
    return shown + [(USERLM[key], number(value, 1)) for key, value in found.userlm.items() if value is not None]


def acts_line(facts: Facts) -> str:
    """Says which dialogue acts there are and how many follow one another."""
    if not facts.acts:
        return ""
    seen, possible = coverage(facts.acts)
    acts = {act for pair in facts.acts for act in pair}
    missing = [act for act in (*USER, *SYSTEM) if act not in acts]
    without = f"; never: {', '.join(missing)}" if missing else ""
    return (
        f"Of ToolDial's sixteen dialogue acts {len(acts - {OTHER})} occur in {facts.sampled:,} dialogues{without} (no "
        f"retriever is called, as all tools are given), and {seen} of {possible} pairs of acts that may follow one "
        "another."
    )


def gain_line(facts: Facts) -> str:
    """Says how many turns of agents told them nothing new."""
    counts = facts.columns["zero_gain_turns"]
    vain, none = sum(turns * rows for turns, rows in counts.items()), counts[0]
    if not facts.total:
        return ""
    return (
        f"{vain:,} reads and questions told agents nothing new, {vain / facts.total:.2f} per dialogue; there are none "
        f"in {none / facts.total:.0%} of dialogues (`zero_gain_turns`; `information_gain` has the bits per message)."
    )


def commonest_pairs(facts: Facts, most: int = 12) -> list[tuple[str, str]]:
    """Returns the pairs of acts that are met most often, with their shares."""
    total = sum(facts.acts.values())
    ordered = sorted(facts.acts.items(), key=lambda item: (-item[1], item[0]))
    return [(f"{one} \u2192 {other}", f"{count / total:.1%}") for (one, other), count in ordered[:most]]


def number(value: float | None, places: int = 3) -> str:
    """Returns a number as text, a dash where there is none."""
    return "\u2013" if value is None else f"{value:.{places}f}"
