"""The page of `writ realism`: one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pipeline.distribution import distribution_svg
from pipeline.html import bullets, table, text
from pipeline.quality_words import USERLM, number, realism_line
from stages.realism import DIMENSIONS, PUBLISHED, VERSION, Comparison, Realism, Reference

_PICTURES = {
    "turn_words": "words per user turn",
    "front_loading": "% of a user's words in the first two turns, per dialogue",
    "politeness": "% of polite turns, per dialogue",
}


def page(
    sets: Mapping[str, Realism],
    people: Reference,
    measured: Realism | None,
    compared: Mapping[str, Comparison],
) -> str:
    """Returns the whole page.

    Args:
        sets: name -> figures of a data set.
        people: what they are compared with.
        measured: the figures of `people`, if these are dialogues.
        compared: name -> how near it is.
    """
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    title = f"Realism of {', '.join(sets)}"
    sections = [
        f"<h1>{text(title)}</h1>",
        f'<p class="soft">Patterns {text(VERSION)}; compared with {text(people.name)}: {text(people.source)}.</p>',
        bullets(f"<b>{text(name)}</b>: {text(realism_line(found))}" for name, found in sets.items()),
        "<h2>Distributions</h2>",
        f'<div class="columns">{"".join(pictures(sets, measured))}</div>',
        "<h2>Features</h2>",
        "<p>Means over dialogues. Agreement is 2 · min / sum of the two means; a dimension is 100 times the mean "
        "agreement of its features, and has a number only where the reference has all of them.</p>",
        _features(sets, people, compared),
        "<h2>Further figures</h2>",
        _further(sets),
        '<p class="soft">&#8211;: not to be had. Naturalness needs a detector of yours (<code>--detector</code>); role '
        "and intent adherence need a judge, and are not measured.</p>",
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{text(title)}</title><style>{style}</style></head><body>{''.join(sections)}</body></html>\n"
    )


def pictures(sets: Mapping[str, Realism], measured: Realism | None = None) -> list[str]:
    """Returns the three distributions; where people's are not known, the one published mean is marked."""
    drawn = {**sets, "people": measured} if measured is not None else dict(sets)
    mean = {"people (published)": 100 * PUBLISHED.means["polite"]} if measured is None else {}
    return [
        distribution_svg(
            title,
            {name: getattr(found, field) for name, found in drawn.items()},
            mean if field == "politeness" else {},
        )
        for field, title in _PICTURES.items()
    ]


def _features(sets: Mapping[str, Realism], people: Reference, compared: Mapping[str, Comparison]) -> str:
    rows: list[tuple[str, ...]] = []
    for dimension, features in DIMENSIONS.items():
        blank = ("" for _ in range(len(sets) + 1))
        rows.append((dimension, "", *blank, *(number(compared[name].dimensions.get(dimension), 1) for name in sets)))
        for feature, meaning in features.items():
            values = (number(each.features[feature]) for each in sets.values())
            agreement = (number(compared[name].dice.get(feature), 2) for name in sets)
            rows.append((feature, meaning, *values, number(people.means.get(feature)), *agreement))
    blank = ("" for _ in range(len(sets) + 1))
    rows.append(("USI", "mean of D1 to D4", *blank, *(number(compared[name].usi, 1) for name in sets)))
    head = ("feature", "of the user's turns", *sets, people.name, *(f"agreement, {name}" for name in sets))
    return table(head, rows, numeric=range(2, len(head)))


def _further(sets: Mapping[str, Realism]) -> str:
    rows = [(meaning, *(number(each.userlm[key], 1) for each in sets.values())) for key, meaning in USERLM.items()]
    return table(("figure", *sets), rows, numeric=range(1, len(sets) + 1))
