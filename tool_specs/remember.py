"""Remember: what a function gave, by the identity of the records that it was given.

Records that hold JSON cannot be hashed, and comparing them would cost more than is saved; the same ones come again and
again, because a task is told several times and a message is spoken from many sides. Example::

    @remembered(2)
    def levels(words: Lexicon, programs: tuple[Program, ...], number: int) -> list[Level]: ...

The first two arguments count by identity, the others by value. Only for pure functions of records that never change.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_SIZE = 1024


def remembered(objects: int, size: int = _SIZE) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Returns a decorator.

    Args:
        objects: how many of the first arguments count by identity. They are kept alive, so that no id is given out
            again; calls with named arguments are not remembered.
        size: results held; when there are more, all are forgotten.
    """

    def wrap(function: Callable[P, T]) -> Callable[P, T]:
        held: dict[Any, tuple[tuple[Any, ...], T]] = {}

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            if kwargs:
                return function(*args, **kwargs)
            # Spelt out for one and two: this must cost less than what it saves.
            if objects == 2:
                key: Any = (id(args[0]), id(args[1]), *args[2:])
            elif objects == 1:
                key = (id(args[0]), *args[1:])
            else:
                key = (*map(id, args[:objects]), *args[objects:])
            found = held.get(key)
            if found is None:
                if len(held) >= size:
                    held.clear()
                found = held[key] = (args, function(*args, **kwargs))
            return found[1]

        return call

    return wrap
