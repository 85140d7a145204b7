"""The generator, the desk and the checks know no domain: no stage names one."""

import re
from pathlib import Path

from tool_specs.catalog import DOMAINS

STAGES = Path(__file__).resolve().parent.parent.parent / "stages"


def test_no_stage_names_a_domain_or_its_tools() -> None:
    from tool_specs.catalog import domain

    names = {name for each in DOMAINS for name in (each, *domain(each).tools)}
    # What calculates and hands over is called alike everywhere.
    pattern = re.compile(rf"\b({'|'.join(sorted(names - {'calculate'}))})\b", re.IGNORECASE)
    found = [
        f"{path.relative_to(STAGES)}:{number}: {line.strip()}"
        for path in sorted(STAGES.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found
