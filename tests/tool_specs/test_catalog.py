from __future__ import annotations

from pathlib import Path

import pytest

from tool_specs.catalog import DOMAINS, domain
from tool_specs.domain import generate_world
from tool_specs.sandbox import Sandbox


def test_names() -> None:
    assert all(domain(name).name == name for name in DOMAINS)


def test_unknown_names_get_a_suggestion() -> None:
    with pytest.raises(ValueError, match="did you mean 'retail'"):
        domain("retial")
    with pytest.raises(ValueError, match="the domains are: retail"):
        domain("zzz")


def test_a_users_own_folder(tmp_path: Path) -> None:
    folder = tmp_path / "json"  # a name that must not shadow anything
    folder.mkdir()
    (folder / "__init__.py").write_text("from .words import DOMAIN\n")
    (folder / "words.py").write_text("from tests.tool_specs.library import library\nDOMAIN = library(name='mine')\n")
    mine = domain(str(folder))
    assert mine.name == "mine" and domain(str(folder)) is mine
    assert Sandbox(mine, generate_world(mine, 1, 2)).call("get_loan", {"loan_id": "L1"}).error is False
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "__init__.py").touch()
    with pytest.raises(ValueError, match="exports no Domain"):
        domain(str(tmp_path / "empty"))
