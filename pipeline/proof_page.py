"""A proof as HTML: the words of `proof_words` in paragraphs and lists, for the report and for `writ view`."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.html import bullets, text
from pipeline.proof_words import (
    ReadReason,
    argument_lines,
    burden_line,
    clause_lines,
    criterion,
    goal,
    mistake_lines,
    read_reasons,
)
from schemas.task import Request, Task

Mark = Callable[[ReadReason], str]
"""What stands behind a read, as HTML: where it was made."""


def proof_html(task: Task, mark: Mark = lambda read: "", *, clauses: bool = False) -> str:
    """Returns the proofs of a task's requests.

    Args:
        task: the task.
        mark: what stands behind each read.
        clauses: whether all clauses are listed, too, folded.
    """
    parts = []
    for number, request in enumerate(task.requests, 1):
        which = f" {number} of {len(task.requests)}" if len(task.requests) > 1 else ""
        parts.append(f"<h3>Proof{which}</h3>{_request(task, request, mark)}")
        if clauses and request.proof.clauses:
            every = bullets(text(line) for line in clause_lines(request))
            parts.append(f"<details><summary>all {len(request.proof.clauses):,} clauses</summary>{every}</details>")
    for first, second in task.precedence:
        parts.append(f"<p>Request {first + 1} must be done before request {second + 1}.</p>")
    return "".join(parts)


def _sentence(line: str) -> str:
    return f"{line[:1].upper()}{line[1:]}."


def _request(task: Task, request: Request, mark: Mark) -> str:
    parts = [
        f"<p><code>{text(goal(request))}</code></p>",
        bullets(text(line) for line in argument_lines(task, request)),
    ]
    parts.append(bullets(f'<span class="soft">{text(line)}</span>' for line in criterion(request)))
    parts.append(f"<p>{text(_sentence(burden_line(request.proof)))}</p>")
    reads = (
        f"<code>{text(read.read)}</code>{mark(read)}<br>{'<br>'.join(map(text, read.reasons))}"
        for read in read_reasons(request)
    )
    parts.append(bullets(reads, "ol"))
    mistakes = [text(line) for line in mistake_lines(request)]
    if mistakes:
        parts.append(f"<p>Mistakes that would go through and give another outcome:</p>{bullets(mistakes)}")
    return "".join(parts)
