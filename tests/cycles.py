"""What a piece of work leaves for the garbage collector: objects that hold one another, so that nothing frees them."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable


def cycles_left(work: Callable[[], object]) -> Counter[str]:
    """Returns our own types, and frames, among what only a full collection frees after the work, by number."""
    work()  # what is remembered of the world is no garbage
    gc.collect()
    gc.disable()
    try:
        work()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        found = [type(each) for each in gc.garbage]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    ours = ("stages", "tool_specs", "schemas")
    return Counter(kind.__name__ for kind in found if kind.__module__.startswith(ours) or kind.__name__ == "frame")
