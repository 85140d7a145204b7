"""Instructions: what a language model that plays the user is told to do.

The text has the goal (the task in the user's words), who the user is, the manner (what is present and what is absent,
by the playbooks), and the rules that hold for every user.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.behavior import BehaviorSpace, Playbook
from schemas.task import Flaw, Task
from stages.behaviors.space import SPACE

RULES = (
    "Never invent a fact, an id, a name or a preference that is not in your goal. If you are asked for something that "
    "is not there, say that you don't know.",
    "Do not give away what your goal describes only by its properties as an id or a name you could not know.",
    "Confirm an action only if what the agent lists agrees with your goal; otherwise say what is wrong.",
    "If the agent refuses, you may object once; then accept it.",
    "When everything in your goal is done or refused, say good-bye and write ###STOP###.",
    "If the agent transfers you to a person, write ###TRANSFER###.",
    "If the agent asks about something outside your goal, write that it does not matter to you; if the dialogue has "
    "nothing to do with your goal any more, write ###OUT-OF-SCOPE###.",
    "Write one message at a time, only the words you would type, and never speak for the agent.",
)


FIRST: dict[str, str] = {
    "conflict": (
        "You have something wrong at first: you tell it as follows, and believe it. When the agent tells you that it "
        "is not so, admit it and say what your goal says."
    ),
    "omission": (
        "At first you tell it as follows, which fits more than one. Tell it as your goal does when the agent asks "
        "which one you mean."
    ),
    "ask_first": (
        "At first you tell it as follows. Say nothing about the {role} until the agent asks for it; then tell it as "
        "your goal does."
    ),
}
"""What a user tells first by the task itself, by the kind of its flaw."""


UNDONE: dict[str, str] = {
    "decline": (
        "You ask for the last thing in your goal like for any other, but you do not go through with it. When the agent "
        "lists its details and asks for your yes, say no for good: it is to be left as it is."
    ),
    "abandon": (
        "You ask for the last thing in your goal like for any other, but in the middle of it you have to leave, at the "
        "latest when the agent asks for your yes. Say that it is to be left as it is, say bye, and write ###STOP###."
    ),
}
"""What becomes of a request that its user takes back, by its kind."""


def instruction(task: Task, present: Sequence[Playbook], space: BehaviorSpace = SPACE) -> str:
    """Returns the whole text for one user.

    Args:
        task: the goal.
        present: the playbooks of the user's behaviours.
        space: what else a user could do; what some playbooks say of users who don't is told.
    """
    held = {each.behavior for each in present}
    absent = [each.absent for each in space.behaviors if each.absent and each.behavior not in held]
    known = "; ".join(f"{entry.name}: {entry.value}" for entry in task.knowledge if entry.identity)
    parts = [
        "You are a customer who writes to a service desk.",
        f"# Your goal\n{task.text}",
        f"# Who you are\n{known}",
        "# Your manner\n" + "\n".join(f"- {line}" for line in (*(each.present for each in present), *absent)),
        *(f"# What you tell first\n{_first(request.flaw)}" for request in task.requests if request.flaw),
        *(f"# What you take back\n{UNDONE[request.kind]}" for request in task.requests if request.kind in UNDONE),
        "# Rules\n" + "\n".join(f"- {line}" for line in RULES),
    ]
    return "\n\n".join(part for part in parts if not part.endswith("\n"))


def _first(flaw: Flaw) -> str:
    return f"{FIRST[flaw.kind].format(role=flaw.role.replace('_', ' '))}\n{flaw.text}"
