"""Engines named at the command line: what is none is told with what to give instead."""

from pathlib import Path

import pytest

from pipeline.engines.named import engine_of
from pipeline.errors import UserError


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe\x00", "cannot be read as text .*; give a YAML file with an engine"),
        (b"http: [", "is no YAML"),
        (b"- http", "holds no engine; write `http: "),
        (b"http: {base_url: http://here/v1}", "http.model: Field required"),
        (b"http: {base_url: http://here/v1, model: m}\nprompt: none.md", "none.md cannot be read as text"),
    ],
)
def test_what_is_no_engine_is_told(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "judge.yaml"
    path.write_bytes(content)
    with pytest.raises(UserError, match=told):
        engine_of(str(path), None, "judge")


def test_an_address_needs_a_model() -> None:
    with pytest.raises(UserError, match="which model"):
        engine_of("http://here/v1", None, "judge")
    assert engine_of("http://here/v1", "m", "judge").model.name == "m"
