r"""Reading a Google-style docstring: the body, and one text per documented argument.

>>> doc = read_docstring("Look a loan up.\n\nArgs:\n    loan_id: The loan's id,\n        as printed.")
>>> doc.body, doc.arguments
('Look a loan up.', {'loan_id': "The loan's id, as printed."})
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

_SECTION = re.compile(r"^(Args|Arguments|Returns|Raises|Yields|Note|Notes|Example|Examples):\s*$")
_ARGUMENT = re.compile(r"^\s*\*{0,2}(\w+)\s*(?:\([^)]*\))?:\s*(.*)$")


@dataclass(frozen=True)
class Docstring:
    """A docstring taken apart: what stands before the first section, and the `Args:` section by name."""

    body: str
    arguments: dict[str, str]


def read_docstring(text: str | None) -> Docstring:
    """Takes a docstring apart; a missing one gives an empty body."""
    sections: dict[str, list[str]] = {"": []}
    name = ""
    for line in inspect.cleandoc(text or "").splitlines():
        header = _SECTION.match(line)
        if header:
            name = "Args" if header[1] == "Arguments" else header[1]
            sections.setdefault(name, [])
        else:
            sections[name].append(line)
    return Docstring(_paragraphs(sections[""]), _arguments(sections.get("Args", [])))


def _paragraphs(lines: list[str]) -> str:
    blocks = re.split(r"\n\s*\n", "\n".join(lines).strip())
    return "\n\n".join(" ".join(block.split()) for block in blocks if block.strip())


def _arguments(lines: list[str]) -> dict[str, str]:
    """Entries start at the section's own indent; anything deeper continues the entry above."""
    texts: dict[str, list[str]] = {}
    indent: int | None = None
    current: list[str] | None = None
    for line in lines:
        if not line.strip():
            continue
        depth = len(line) - len(line.lstrip())
        indent = depth if indent is None else indent
        entry = _ARGUMENT.match(line) if depth == indent else None
        if entry:
            current = texts.setdefault(entry[1], [])
            current.append(entry[2])
        elif current is not None:
            current.append(line.strip())
    return {name: " ".join(" ".join(parts).split()) for name, parts in texts.items()}
