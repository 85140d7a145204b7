"""Arithmetic for calculator tools: numbers, + - * / // **, signs and parentheses; nothing is ever executed.

>>> evaluate("10.5*3 - 4")
27.5
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable

_ALLOWED = frozenset("0123456789+-*/(). ")
_LONGEST = 500
_LARGEST_POWER = 64.0

_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}


class ExpressionError(ValueError):
    """An expression without a value."""


def evaluate(expression: str) -> float:
    """Returns an expression's value.

    Raises:
        ExpressionError: other characters, wrong syntax, division by zero, or a number out of range.
    """
    if not _ALLOWED.issuperset(expression):
        raise ExpressionError("Invalid characters in expression")
    if len(expression) > _LONGEST:  # also keeps the parser's recursion shallow
        raise ExpressionError(f"The expression is longer than {_LONGEST} characters")
    try:
        return float(_value(ast.parse(expression.strip(), mode="eval").body))
    except (SyntaxError, ZeroDivisionError, OverflowError, RecursionError, MemoryError) as error:
        raise ExpressionError(getattr(error, "msg", None) or str(error) or "The expression is too deep") from error


def _value(node: ast.expr) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.UAdd, ast.USub)):
        value = _value(node.operand)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        left, right = _value(node.left), _value(node.right)
        if isinstance(node.op, ast.Pow) and abs(right) > _LARGEST_POWER:  # 9**9**9 would never end
            raise ExpressionError("The exponent is too large")
        value = _BINARY[type(node.op)](left, right)
        if isinstance(value, complex):
            raise ExpressionError("The result is not a real number")
        return value
    raise ExpressionError("Only numbers, + - * / and parentheses can be calculated")
