"""What texts tell people to install is there to be installed."""

import re
import tomllib
from itertools import chain
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((HOME / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]


def test_every_extra_that_is_named_is_one_and_every_one_is_named():
    places = ("*.md", "docs/*.md", "recipes/*.yaml", "examples/**/*.*", "pipeline/**/*.py")
    # The examples' data, where somebody has made them, are no texts.
    texts = (path.read_text(errors="replace") for path in chain.from_iterable(map(HOME.glob, places)) if path.is_file())
    assert {name for text in texts for name in re.findall(r"\bwrit\[(\w+)\]", text)} == set(EXTRAS)


def test_what_tests_use_of_the_extras_is_what_users_get():
    tested = {each for each in PROJECT["dependency-groups"]["dev"] if isinstance(each, str)}
    assert {*EXTRAS["mcp"], *EXTRAS["otel"]} <= tested
