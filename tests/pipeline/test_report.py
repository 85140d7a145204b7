from __future__ import annotations

import io
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from pipeline.dataset import write_dataset
from pipeline.errors import StorageError
from pipeline.facts import facts_of, quantiles
from pipeline.grid import grid_svg
from pipeline.html import histogram
from pipeline.realism import realism
from pipeline.report import write_report
from stages.behaviors.space import SPACE
from tests.pipeline.fake_run import write_run
from tests.pipeline.view.hostile import write_hostile

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
VOID = {"meta", "br", "link", "img", "input"}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(write_run(tmp_path_factory.mktemp("run")))


class Balance(HTMLParser):
    """Checks that every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, (tag, self.open[-3:])
        self.open.pop()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass


def test_page_is_whole_and_needs_nothing_else(report: Path) -> None:
    text = report.read_text()
    parser = Balance()
    parser.feed(text)
    assert parser.open == []
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text)
    assert "<script" not in text and "@import" not in text and "url(" not in text
    assert 'name="viewport"' in text


def test_behaviours_are_listed_as_the_space_has_them(report: Path) -> None:
    text = report.read_text()
    for each in SPACE.behaviors:
        cell = f"<td>{each.axis.replace('_', ' ')}</td><td>{each.behavior.replace('_', ' ')}</td>"
        assert (cell in text) == bool(each.weight), each.behavior
    assert "pairs of behaviours that go together" in text


def test_page_says_what_the_run_gave(report: Path) -> None:
    text = report.read_text()
    for part in ("toy: 20 trajectories", "kept of 20 wanted", "grounding", "message 7: &lt;L9&gt;", "due first"):
        assert part in text
    assert "hi &lt;b&gt;there&lt;/b&gt;" in text  # data is never markup
    assert "the answer would be loan_id = &quot;L2&quot;" in text


def test_report_is_the_same_for_the_same_rows(report: Path, tmp_path: Path) -> None:
    assert write_report(write_run(tmp_path)).read_bytes() == report.read_bytes()


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no folder of a run"):
        write_report(tmp_path)


def test_facts_are_those_of_the_rows(report: Path) -> None:
    facts = facts_of(report.parent)
    assert facts.total == 20 and facts.tasks == 20
    assert facts.kept[1, 3] == 4 and sum(facts.kept.values()) == 20
    assert [(drop.reason, drop.owner, drop.count) for drop in facts.drops] == [
        ("cell_unfilled", "", 1),
        ("grounding", "agent", 1),
    ]
    assert facts.columns["split"] == {"train": 16, "validation": 4}


def test_facts_before_the_manifest_take_the_wanted_cells_from_the_recipe(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    (run / "run.json").unlink()
    facts = facts_of(run)
    assert facts.wanted_total == 20
    assert sum(each.wanted for each in facts.cells) == 20


def test_grid_shows_counts_and_what_is_missing() -> None:
    svg = grid_svg({(1, 6): 60, (2, 4): 5}, {(1, 6): 58, (3, 2): 7})
    ElementTree.fromstring(svg)
    words = re.findall(r">([^<]+)</text>", svg)
    assert words.count("58") >= 1 and "of 60" in words and "of 5" in words
    assert "of 7" not in words
    assert grid_svg({}, {}).startswith("<svg")


def test_histogram_keeps_the_tail_in_the_last_bar() -> None:
    svg = histogram("turns", [*range(1, 11)] * 20 + [500])
    assert "10+" in svg and "or more" in svg
    assert histogram("turns", []) == ""


def test_quantiles_of_few_values() -> None:
    assert quantiles([]) == (0, 0, 0)
    assert quantiles([4]) == (4, 4, 4)
    assert quantiles([1, 2, 3]) == (1, 2, 3)


@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
@pytest.mark.parametrize("width", [500, 1200])
def test_page_fits_its_window(report: Path, tmp_path: Path, width: int) -> None:
    probe = tmp_path / "probe.html"
    script = (
        "<script>document.title=document.documentElement.scrollWidth+'/'+document.documentElement.clientWidth</script>"
    )
    page = report.read_text().replace("renewed.", "renewed" + "_x" * 300)
    probe.write_text(page.replace("</body>", f"{script}</body>"))
    made = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
            f"--window-size={width},900", "--dump-dom", probe.as_uri(),
        ],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    found = re.search(r"<title>(\d+)/(\d+)</title>", made.stdout)
    assert found is not None, made.stderr[-500:]
    assert int(found[1]) <= int(found[2])


class Acts(HTMLParser):
    """Collects what would act: scripts, handlers, links that are no plain links, frames."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "iframe", "object", "embed", "base", "form", "img"):
            self.found.append((tag, "", None))
        for name, value in attrs:
            if name.startswith("on") or (name in ("href", "src", "xlink:href") and ":" in (value or "")):
                self.found.append((tag, name, value))


def test_nothing_that_a_row_holds_acts_in_the_report_or_the_pictures(tmp_path: Path) -> None:
    run = write_hostile(tmp_path / "run")
    dataset = write_dataset(run)
    assert realism([run], None, tmp_path / "realism", None, Console(file=io.StringIO())) == 0
    pages = [write_report(run), dataset / "grid.svg", *(tmp_path / "realism").glob("*.html")]
    assert len(pages) == 3
    for path in pages:
        acts = Acts()
        acts.feed(path.read_text())
        assert acts.found == [], path
    assert "&lt;script&gt;" in pages[0].read_text()
    assert "<" not in (dataset / "README.md").read_text().split("---\n", 2)[2]
