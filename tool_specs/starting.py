"""Starting: the state that a task begins in, where it is not the first one of its dialogue.

started(sandbox, task)      # a fork on which the writes of `task.start` were made; the sandbox itself if there are none
"""

from __future__ import annotations

from schemas.task import Task
from tool_specs.remember import remembered
from tool_specs.sandbox import Sandbox


@remembered(2, size=16)
def started(sandbox: Sandbox, task: Task) -> Sandbox:
    """Returns the state that a task begins in; nobody may call writes on it."""
    if not task.start:
        return sandbox
    fork = sandbox.fork()
    for call in task.start:
        fork.call(call.tool, call.arguments)
    return fork
