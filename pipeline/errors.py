"""What can go wrong from outside, and the exit code it leads to.

Every message says what to do next. A bug is none of these: it crashes with its traceback.
"""

from __future__ import annotations

WHOLE, PARTIAL, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


class UserError(Exception):
    """Something that the person at the keyboard can mend. Exit code 2."""


class RecipeError(UserError):
    """A recipe that cannot be carried out. The message names the place in the file."""


class StorageError(UserError):
    """A file or folder that cannot be read or written as it must be."""


class Stopped(Exception):
    """The run ends before its end for a reason from outside (money, a silent endpoint). Exit code 1; it can go on."""


class StageFailed(Exception):
    """A stage raised, which is a bug of the stage or its domain. Holds the stage, the record and the traceback."""


class BackendError(Exception):
    """A live backend (MCP, HTTP) that does not do as it must. Costs a record or a domain, never the run."""
