"""`writ realism`: one or several data sets beside people, as a table, a page and numbers.

    writ realism outputs/quickstart                                    # beside the published figures
    writ realism outputs/quickstart outputs/plain --reference people.jsonl

A data set is a run or a file of dialogues in OpenAI form. A reference is such a file, or a JSON object of means::

    {"name": "our people", "source": "40 chats of May", "means": {"short": 0.31, "polite": 0.2}}

`realism.html` and `realism.json` go into the first run's folder, or where `--out` says.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipeline.errors import PARTIAL, WHOLE, UserError
from pipeline.json_rows import json_file
from pipeline.quality_words import USERLM, number
from pipeline.realism_page import page
from pipeline.storage import write_bytes, write_json
from pipeline.talks import talks_of
from schemas.base import Json
from stages.realism import DIMENSIONS, PUBLISHED, VERSION, Comparison, Realism, Reference, compare, measure
from stages.realism.measure import Detector

SHOWN = 10
"""Dialogues out of form that are told one by one."""


def realism(
    paths: Sequence[Path], reference: Path | None, out: Path | None, detector: str | None, console: Console
) -> int:
    """Measures, prints and writes; returns the exit code: 1 if dialogues were left out.

    Raises:
        UserError: something cannot be read or has another form.
    """
    judge = load_detector(detector) if detector else None
    problems: list[str] = []
    sets: dict[str, Realism] = {}
    for path in paths:
        talks, wrong = talks_of(path)
        problems += wrong
        name = path.resolve().name
        sets[name if name not in sets else str(path)] = measure(talks, judge)
    people: Reference = PUBLISHED
    measured: Realism | None = None
    if reference is not None:
        people, measured, wrong = read_reference(reference, judge)
        problems += wrong
    compared = {name: compare(each.features, people.means) for name, each in sets.items()}
    first = paths[0]
    folder = out or (first if first.is_dir() else Path("outputs") / f"realism-{first.stem}")
    write_bytes(folder / "realism.html", page(sets, people, measured, compared).encode())
    write_json(folder / "realism.json", _numbers(sets, people, compared))
    _print(sets, people, compared, console)
    console.print(f"\npictures: {folder / 'realism.html'}", markup=False, highlight=False, soft_wrap=True)
    errors = Console(stderr=True)
    for line in problems[:SHOWN]:
        errors.print(f"writ: {line}", markup=False, highlight=False, soft_wrap=True)
    if problems:
        more = f" ({len(problems) - SHOWN} more are not listed)" if len(problems) > SHOWN else ""
        errors.print(f"writ: {len(problems)} dialogues were left out{more}", markup=False, highlight=False)
    return PARTIAL if problems else WHOLE


def read_reference(path: Path, detector: Detector | None = None) -> tuple[Reference, Realism | None, list[str]]:
    """Reads a reference; returns it, its own figures if it is dialogues, and what is wrong with some of these.

    Raises:
        UserError: it cannot be read, or is neither dialogues nor means.
    """
    if path.suffix.lower() == ".json":
        value = json_file(path)
        if isinstance(value, dict) and "means" in value:
            return _means(path, value), None, []
    if path.is_dir():
        raise UserError(f"{path}: is a folder; a reference is a file of people's dialogues or means")
    talks, problems = talks_of(path)
    measured = measure(talks, detector)
    source = f"{measured.dialogues:,} dialogues of {path.name}"
    return Reference(path.stem, measured.features, source), measured, problems


def _means(path: Path, value: dict[str, Json]) -> Reference:
    known = [name for dimension in DIMENSIONS.values() for name in dimension]
    means = value["means"]
    if not isinstance(means, dict) or not means:
        raise UserError(f'{path}: "means" is no object of feature: number; features are {", ".join(known)}')
    for name, mean in means.items():
        if name not in known:
            raise UserError(f"{path}: means: {name!r} is no feature; known are {', '.join(known)}")
        if isinstance(mean, bool) or not isinstance(mean, (int, float)) or mean < 0:
            raise UserError(f"{path}: means: {name}: {mean!r} is no mean; give a number of 0 or more")
    return Reference(str(value.get("name", path.stem)), means, str(value.get("source", path.name)))


def load_detector(place: str) -> Detector:
    """Returns the function of `FILE.py:FUNCTION`: texts in, for each the probability that a person wrote it.

    Raises:
        UserError: there is no such file or function.
    """
    file, _, name = place.rpartition(":")
    path = Path(file)
    if not file or not path.is_file():
        raise UserError(f"--detector {place}: give FILE.py:FUNCTION; {file or place} is no file")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise UserError(f"--detector {place}: {file} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = getattr(module, name, None)
    if not callable(found):
        raise UserError(f"--detector {place}: {file} has no function {name!r}")

    def detect(texts: Sequence[str]) -> list[float]:
        scores = [float(score) for score in found(list(texts))]
        if len(scores) != len(texts) or any(not 0 <= score <= 1 for score in scores):
            raise UserError(f"--detector {place}: must give a number from 0 to 1 for each of the texts")
        return scores

    return detect


def _numbers(sets: Mapping[str, Realism], people: Reference, compared: Mapping[str, Comparison]) -> Json:
    """Returns what `realism.json` holds: all but the distributions."""
    left = ("front_loading", "politeness", "turn_words")
    return {
        "version": VERSION,
        "reference": {"name": people.name, "source": people.source, "means": dict(people.means)},
        "sets": {
            name: {
                **{key: value for key, value in asdict(found).items() if key not in left},
                "compared": asdict(compared[name]),
            }
            for name, found in sets.items()
        },
    }


def _print(
    sets: Mapping[str, Realism], people: Reference, compared: Mapping[str, Comparison], console: Console
) -> None:
    counted = ", ".join(f"{name}: {each.dialogues:,} dialogues" for name, each in sets.items())
    console.print(f"{counted}; patterns {VERSION}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"{people.name}: {people.source}", markup=False, highlight=False, style="dim", soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("means over dialogues", no_wrap=True)
    for name in (*sets, people.name, *(f"{name}: agreement" for name in sets)):
        table.add_column(name, justify="right", overflow="fold")
    for dimension, features in DIMENSIONS.items():
        scores = [number(compared[name].dimensions.get(dimension), 1) for name in sets]
        table.add_row(dimension, *("" for _ in range(len(sets) + 1)), *scores, style="bold")
        for feature in features:
            row = [number(each.features[feature]) for each in sets.values()]
            row.append(number(people.means.get(feature)))
            row += [number(compared[name].dice.get(feature), 2) for name in sets]
            table.add_row(f"  {feature}", *row)
    whole = [number(compared[name].usi, 1) for name in sets]
    table.add_row("USI (mean of D1 to D4)", *("" for _ in range(len(sets) + 1)), *whole, style="bold")
    console.print(table)
    others = Table(box=None, pad_edge=False, header_style="dim")
    others.add_column("UserLM, without a model")
    for name in sets:
        others.add_column(name, justify="right", overflow="fold")
    for key, meaning in USERLM.items():
        others.add_row(meaning, *(number(each.userlm[key], 1) for each in sets.values()))
    console.print(others)
    console.print(
        "\u2013: not to be had. Naturalness needs --detector; role and intent adherence need a judge, and are not "
        "measured.",
        markup=False,
        highlight=False,
        style="dim",
        soft_wrap=True,
    )
