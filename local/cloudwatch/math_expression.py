"""Metric math, as far as alarms here need it: numbers, + - * /, FILL, and SUM, MAX, MIN, AVG of several.

Source: CloudWatch user guide, "Using math expressions with CloudWatch metrics". A period in which one
operand has no value has none in the result, unless FILL gives it one. Whether FILL also fills a metric
without any value in the periods looked at is unknown: callers choose a reading.
"""

from __future__ import annotations

import ast
import operator
import statistics
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Values = list[float | None]
"""One for each period, None where there is none."""

OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
AGGREGATES: Mapping[str, Callable[[Sequence[float]], float]] = {
    "SUM": sum,
    "MAX": max,
    "MIN": min,
    "AVG": statistics.fmean,
}


class ExpressionError(Exception):
    """An expression that is not evaluated here; the message says which part."""


def evaluate(expression: str, metrics: Mapping[str, Values], *, fills_empty: bool = True) -> Values:
    """The values of an expression over metrics by id, all of them over the same periods.

    Args:
        expression: Metric math.
        metrics: What it may name.
        fills_empty: Whether FILL fills a metric without any value.

    Raises:
        ExpressionError: It is none, names an unknown id, or uses what local AWS lacks.
    """
    periods = len(next(iter(metrics.values()), []))
    if not fills_empty:
        metrics = {
            name: _Empty(each) if not any(v is not None for v in each) else each
            for name, each in metrics.items()
        }
    try:
        return _values(_parse(expression), metrics, periods)
    except OverflowError as error:
        raise ExpressionError(
            f"local AWS does not evaluate an expression of such size: {expression}"
        ) from error


def _parse(expression: str) -> ast.expr:
    try:
        return ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise ExpressionError(f"no metric math expression: {expression}") from error


def _values(node: ast.expr, metrics: Mapping[str, Values], periods: int) -> Values:
    match node:
        case ast.Constant(value=int() | float() as number):
            return [float(number)] * periods
        case ast.Name(id=name) if name in metrics:
            return metrics[name]
        case ast.Name(id=name):
            raise ExpressionError(f"no metric has the id {name}")
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            sides = _values(left, metrics, periods), _values(right, metrics, periods)
            return [_combine(OPERATORS[type(op)], *pair) for pair in zip(*sides, strict=True)]
        case ast.Call(func=ast.Name(id="FILL"), args=[filled, ast.Constant(value=int() | float() as number)]):
            return _fill_gaps(_values(filled, metrics, periods), float(number))
        case ast.Call(func=ast.Name(id=name), args=[argument]) if name in AGGREGATES:
            return _aggregate(AGGREGATES[name], _series(argument, metrics, periods))
    raise ExpressionError(f"local AWS does not evaluate {ast.unparse(node)}")


class _Empty(Values):
    """A metric without any value, which FILL leaves as it is."""


def _fill_gaps(values: Values, number: float) -> Values:
    return values if isinstance(values, _Empty) else [number if value is None else value for value in values]


def _combine(
    combine: Callable[[float, float], float], left: float | None, right: float | None
) -> float | None:
    if left is None or right is None or (combine is operator.truediv and right == 0):
        return None
    return combine(left, right)


def _series(node: ast.expr, metrics: Mapping[str, Values], periods: int) -> list[Values]:
    match node:
        case ast.List(elts=elements):
            return [_values(each, metrics, periods) for each in elements]
        case ast.Call(func=ast.Name(id="METRICS"), args=[]):
            return list(metrics.values())
    raise ExpressionError(f"local AWS aggregates lists and METRICS() alone, not {ast.unparse(node)}")


def _aggregate(aggregate: Callable[[Sequence[float]], float], series: list[Values]) -> Values:
    columns = ([value for value in column if value is not None] for column in zip(*series, strict=True))
    return [aggregate(column) if column else None for column in columns]
