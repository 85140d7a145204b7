import pytest

import pipeline.fingerprint as fingerprint
from pipeline.fingerprint import code_digest, forget


@pytest.fixture
def home(tmp_path, monkeypatch):
    (tmp_path / "stages").mkdir()
    (tmp_path / "tool_specs/shop/prompts").mkdir(parents=True)
    for name, text in {
        "stages/__init__.py": "",
        "stages/a.py": "from stages import b\nimport json\n",
        "stages/b.py": "def later():\n    from tool_specs.shop import DOMAIN\n",
        "stages/c.py": "",
        "tool_specs/__init__.py": "",
        "tool_specs/shop/__init__.py": "from .rows import X\nDOMAIN = 1\n",
        "tool_specs/shop/rows.py": "X = 1\n",
        "tool_specs/shop/policy.md": "be kind",
        "tool_specs/shop/prompts/agent.md": "You are kind.",
    }.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(fingerprint, "HOME", tmp_path)
    forget()
    yield tmp_path
    forget()


@pytest.mark.parametrize(
    ("changed", "counts"),
    [("stages/a.py", True), ("stages/b.py", True), ("tool_specs/shop/rows.py", True),
     ("tool_specs/shop/policy.md", True), ("tool_specs/shop/prompts/agent.md", True), ("stages/c.py", False)],
)  # fmt: skip
def test_what_a_module_reaches_counts_lazy_imports_and_data_included(home, changed, counts):
    before = code_digest("stages.a")
    (home / changed).write_text((home / changed).read_text() + "\n# changed\n")
    forget()
    assert (code_digest("stages.a") != before) is counts


def test_a_folder_can_be_added_that_no_import_names(home):
    before, alone = code_digest("stages.c", ("tool_specs.shop",)), code_digest("stages.c")
    (home / "tool_specs/shop/rows.py").write_text("X = 2\n")
    forget()
    assert code_digest("stages.c", ("tool_specs.shop",)) != before
    assert code_digest("stages.c") == alone
