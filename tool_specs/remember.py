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
from typing import Any, Literal, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

_SIZE = 256


def remembered(objects: Literal[1, 2], size: int = _SIZE) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Returns a decorator; a decorated function takes no arguments by name.

    Args:
        objects: how many of the first arguments count by identity. They are kept alive, so that no id is given out
            again.
        size: results held; when there are more, all are forgotten.
    """
    # Spelt out for one and two: looking up must cost less than what it saves.
    return cast("Callable[[Callable[P, T]], Callable[P, T]]", (_by_one if objects == 1 else _by_two)(size))


def _by_one(size: int) -> Callable[[Callable[..., T]], Callable[..., T]]:
    def wrap(function: Callable[..., T]) -> Callable[..., T]:
        held: dict[Any, tuple[T, Any]] = {}

        @wraps(function)
        def call(one: Any, *values: Any) -> T:
            key = id(one), values
            try:
                return held[key][0]
            except KeyError:
                found = function(one, *values)
            if len(held) >= size:
                held.clear()
            held[key] = found, one
            return found

        return call

    return wrap


def _by_two(size: int) -> Callable[[Callable[..., T]], Callable[..., T]]:
    def wrap(function: Callable[..., T]) -> Callable[..., T]:
        held: dict[Any, tuple[T, Any, Any]] = {}

        @wraps(function)
        def call(one: Any, two: Any, *values: Any) -> T:
            key = id(one), id(two), values
            try:
                return held[key][0]
            except KeyError:
                found = function(one, two, *values)
            if len(held) >= size:
                held.clear()
            held[key] = found, one, two
            return found

        return call

    return wrap
