"""JSONata as Step Functions evaluates it: jsonata-python with variables bound, and AWS's own functions.

A string that is wholly wrapped in ``{% %}`` is an expression, every other value stands for itself
(AWS Step Functions guide, "Transforming data with JSONata").
"""

import functools
import hashlib
import math
import re
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import Any

from jsonata import Jsonata
from jsonata.functions import Functions
from jsonata.parser import Parser

from local.stepfunctions.asl.budget import Budget
from local.stepfunctions.asl.failures import Stopped
from local.stepfunctions.asl.reference import FUNCTIONS, NULL, Expression, to_double, to_json_number
from local.strict_json import parse_json

VARIABLE = re.compile(r"\$([A-Za-z_]\w*)")
HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
LONGEST_RANGE = 1_000


class QueryError(Exception):
    """An expression failed, gave nothing, or gave what the field cannot hold; the message says so.

    Attributes:
        field: The field of the state that the expression stands in, e.g. ``Output/name``.
    """

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


def expression(value: Any) -> str | None:
    """The JSONata inside ``{% %}``, or None when the value is a literal."""
    if (
        isinstance(value, str)
        and value.startswith("{%")
        and value.endswith("%}")
        and len(value) >= len("{%%}")
    ):
        return value[2:-2].strip()
    return None


@functools.lru_cache(maxsize=8192)
def parse_expression(text: str) -> tuple[Expression, frozenset[str]]:
    """The parsed expression, and the names of all variables that it mentions.

    Raises:
        JException: It is not JSONata.
        PatternError: A regular expression in it is not one that we run.
    """
    parsed = Expression(text)
    parsed.set_output_convert_nulls(output_convert_nulls=False)
    parsed.set_validate_input(validate_input=False)
    return parsed, frozenset(VARIABLE.findall(text))


def calls_eval(text: str) -> bool:
    """Whether an expression mentions ``$eval``, which Step Functions does not support."""
    ahead: list[Any] = [parse_expression(text)[0].ast]
    visited: set[int] = set()
    while ahead:
        part = ahead.pop()
        if isinstance(part, list | tuple):
            ahead.extend(part)
        elif isinstance(part, Parser.Symbol) and id(part) not in visited:
            visited.add(id(part))
            if part.type == "variable" and part.value == "eval":
                return True
            ahead.extend(vars(part).values())
    return False


class Evaluator:
    """Evaluates templates at one moment.

    Args:
        names: The variables, and ``states``.
        now: The moment of ``$now()`` and ``$millis()``.
        random: Where ``$random()`` and ``$uuid()`` come from.
        check: Called at each step of an expression; what it raises as `Stopped` ends the evaluation.
    """

    def __init__(
        self,
        names: Mapping[str, Any],
        now: datetime,
        random: Random,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._names = names
        self._budget = Budget(check)
        self._functions = step_functions(now, random)
        self._bound: dict[str, Any] = {}

    def evaluate(self, template: Any, field: str) -> Any:
        """A template with all its expressions replaced by their values; shares nothing with the variables.

        Raises:
            QueryError: An expression failed, is undefined or too much work.
        """
        if isinstance(template, dict):
            return {key: self.evaluate(value, f"{field}/{key}") for key, value in template.items()}
        if isinstance(template, list):
            return [self.evaluate(value, f"{field}[{place}]") for place, value in enumerate(template)]
        text = expression(template)
        return template if text is None else self._query(text, field)

    def _query(self, text: str, field: str) -> Any:
        try:
            parsed, mentioned = parse_expression(text)
            known = {name: self._bind(name) for name in mentioned if self._knows(name)}
            result = parsed.evaluate(None, known | self._budget.callbacks())
        except Stopped:
            raise
        except Exception as error:  # whatever the library raises is AWS's one error
            code = getattr(error, "error", None)
            reason = f"{code}: {error}" if code else str(error)
            raise _query_error(text, field, f"threw an error during evaluation. {reason}") from error
        if result is None:
            raise _query_error(text, field, "returned nothing (undefined).")
        return self._plain(result, text, field)

    def _knows(self, name: str) -> bool:
        return name in self._names or name in self._functions

    def _bind(self, name: str) -> Any:
        if name not in self._bound:
            known = name in self._names
            self._bound[name] = with_nulls(self._names[name]) if known else self._functions[name]
        return self._bound[name]

    def _plain(self, value: Any, text: str, field: str) -> Any:
        """A result as plain JSON values."""
        if isinstance(value, dict):
            return {key: self._plain(each, text, field) for key, each in value.items()}
        if isinstance(value, list):
            return [self._plain(value[place], text, field) for place in range(len(value))]
        if value is NULL or value is None:
            return None
        if isinstance(value, (str, bool)):
            return value
        if isinstance(value, (int, float)):
            return self._number(value, text, field)
        raise _query_error(text, field, "returned an unsupported result type: a function.")

    def _number(self, value: float, text: str, field: str) -> float:
        if not math.isfinite(value):
            raise _query_error(text, field, "threw an error during evaluation. D1001: Number out of range.")
        return to_json_number(value)


def _query_error(text: str, field: str, how: str) -> QueryError:
    return QueryError(f"The JSONata expression '{text}' specified for the field '{field}' {how}", field)


def with_nulls(value: Any) -> Any:
    """A JSON value as jsonata-python wants it: its own null, since None is undefined, and doubles."""
    if value is None:
        return NULL
    if isinstance(value, dict):
        return {key: with_nulls(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [with_nulls(each) for each in value]
    return to_double(value) if isinstance(value, int) and not isinstance(value, bool) else value


def step_functions(now: datetime, random: Random) -> dict[str, Any]:
    """The functions that Step Functions adds or answers itself, and those that jsonata-python has wrong."""
    millis = int(now.timestamp() * 1000)

    def moment(picture: str | None = None, timezone: str | None = None) -> Any:
        return Functions.datetime_from_millis(millis, picture, timezone)

    def number(seed: int | None = None) -> float:
        return (random if seed is None else Random(seed)).random()  # noqa: S311 - repeatable on purpose

    functions: dict[str, Callable[..., Any]] = {
        "now": moment,
        "millis": lambda: millis,
        "random": number,
        "uuid": lambda: str(uuid.UUID(int=random.getrandbits(128), version=4)),
        "partition": partition,
        "range": inclusive_range,
        "hash": digest,
        "parse": parse,
        "eval": no_eval,
    }
    return FUNCTIONS | {name: Jsonata.JLambda(function) for name, function in functions.items()}


def partition(array: list[Any], size: float) -> list[list[Any]]:
    """``$partition``: the array in chunks of ``size``, the last one shorter."""
    step = int(size)
    if step < 1:
        raise ValueError("the size of $partition must be a positive number")
    return [list(array[start : start + step]) for start in range(0, len(array), step)]


def inclusive_range(first: float, last: float, step: float) -> list[float]:
    """``$range``: the numbers from ``first`` to ``last``, both included, ``step`` apart."""
    if step == 0:
        raise ValueError("the third argument of $range cannot be zero")
    length = int((last - first) // step) + 1
    if length > LONGEST_RANGE:
        raise ValueError(f"$range gives at most {LONGEST_RANGE} numbers")
    return [first + step * place for place in range(max(length, 0))]


def digest(data: str, algorithm: str = "SHA-1") -> str:
    """``$hash``: the hexadecimal digest of a text."""
    if algorithm not in HASHES:
        raise ValueError(f"the algorithm of $hash is one of {', '.join(HASHES)}")
    return hashlib.new(HASHES[algorithm], data.encode(), usedforsecurity=False).hexdigest()


def parse(text: str) -> Any:
    """``$parse``: the value of a JSON text."""
    return with_nulls(parse_json(text))


def no_eval(*_: Any) -> Any:
    """``$eval`` is not supported by Step Functions."""
    raise ValueError("Step Functions does not support $eval; use $parse")
