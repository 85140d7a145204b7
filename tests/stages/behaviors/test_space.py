from __future__ import annotations

from pathlib import Path

import pytest

from stages.behaviors.detectors import DETECTORS, MEASURES
from stages.behaviors.rules import FITS
from stages.behaviors.space import FILE, SPACE, SpaceError, by_name, read_space, weighted
from stages.simulate_dialogues.habits import HABITS, RULES

NAMES = {"fits": FITS, "rule": RULES, "detector": DETECTORS.keys() | MEASURES}


def own(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    return path


def test_the_space_names_only_what_there_is_and_all_of_it() -> None:
    assert read_space(FILE, NAMES) == SPACE
    used = {field: {getattr(playbook, field) for playbook in SPACE.behaviors} for field in NAMES}
    assert used["fits"] - {""} == FITS.keys()
    assert used["rule"] == RULES - {"remark"}  # which is for files of a recipe's own, as is the detector `words`
    assert used["detector"] == NAMES["detector"] - {"words"}
    assert {"remark", "slip"} <= HABITS.keys()


SINGS = """
axes:
  - {name: music, definition: Whether the user sings.}
behaviors:
  - axis: music
    behavior: sings
    definition: A line of a song.
    present: Sing a line.
    rule: remark
    words: ["la la la."]
    detector: words
    pattern: la la la
    weight: 0.5
  - axis: typing
    behavior: typos
    definition: Many of them.
    present: Make many typing errors.
    rule: typos
    detector: misspells
    weight: 0.4
"""


def test_a_file_adds_axes_and_behaviours_and_replaces_playbooks(tmp_path: Path) -> None:
    space = read_space(own(tmp_path, SINGS), NAMES, SPACE)
    found = by_name(space)
    assert [axis.name for axis in space.axes] == [*(axis.name for axis in SPACE.axes), "music"]
    assert len(space.behaviors) == len(SPACE.behaviors) + 1
    assert (found["sings"].weight, found["typos"].present) == (0.5, "Make many typing errors.")
    assert by_name(weighted(space, {"traits": {"sings": 0.1}}))["typos"].weight == 0


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("axis: music", "axis: musik", 5, "behaviors.0.axis: there is no axis `musik`; did you mean `music`?"),
        ("    detector: words\n", "", 5, "behaviors.0.detector: is missing; add it; say what finds it"),
        ("detector: words", "detector: wirds", 11, "there is no detector `wirds`; did you mean `words`?"),
        ("rule: remark", "rule: remarks", 9, "there is no rule `remarks`; did you mean `remark`?"),
        ("rule: typos", "rule: typos\n    fits: always", 19, "there is no predicate `always`; did you mean `stays`?"),
        ("pattern: la la la", "pattern: '('", 12, "needs a regular expression"),
        ('words: ["la la la."]', "words: []", 10, "the rule `remark` says one of these"),
        ("weight: 0.5", "weight: 1.5", 13, "1.5 is no weight"),
        ("weight: 0.5", "weight: much", 13, "Expected `float`"),
        ("weight: 0.5", "wait: 0.5", 13, "behaviors.0.wait: unknown key; did you mean `weight`?"),
        ("behavior: sings", "behavior: sings\n    excludes: [sings]", 7, "excludes itself"),
        ("behavior: sings", "behavior: sings\n    excludes: [slyp]", 7, "no behaviour `slyp`; did you mean `slip`?"),
        (
            "behavior: sings",
            "behavior: sings\n    excludes: [all_at_once, drip, only_when_asked, vague_start]",
            7,
            "leaves nothing of the axis `disclosure`",
        ),
        ("axis: typing", "axis: register", 20, "the weights on the axis `register` sum to 1.4"),
        ("behavior: typos", "behavior: sings", 14, "`sings` stands here twice"),
        ("axes:", "axis:", 2, "unknown key; did you mean `axes`?"),
        ("music, definition", "music, pick: two, definition", 3, "axes.0.pick: Invalid enum value 'two'"),
        ("present: Sing", "present: {", 9, "is not YAML"),
    ],
)
def test_mistakes_are_told_with_line_and_place(tmp_path: Path, old: str, new: str, line: int, what: str) -> None:
    assert old in SINGS
    path = own(tmp_path, SINGS.replace(old, new))
    with pytest.raises(SpaceError) as caught:
        read_space(path, NAMES, SPACE)
    assert f"{path}:{line}: " in str(caught.value) and what in str(caught.value), caught.value


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpaceError, match=r"none\.yaml: cannot be read"):
        read_space(tmp_path / "none.yaml", NAMES, SPACE)
