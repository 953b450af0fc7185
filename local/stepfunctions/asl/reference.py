"""Where jsonata-python 0.7 answers otherwise than the reference implementation of JSONata 2.0.6, put right.

The reference is npm's package jsonata; `tests/contracts/test_jsonata.py` runs both. One difference stays: a
number that is infinite or none (``1 / 0``) cannot stand in a result, and fails the state here, where the
reference's JSON has ``null``.
"""

import json
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from jsonata import Jsonata
from jsonata.functions import Functions
from jsonata.jexception import JException
from jsonata.signature import Signature
from jsonata.utils import Utils

from local.stepfunctions.asl.budget import SPEND, size
from local.stepfunctions.asl.regular_expressions import compile_pattern
from local.stepfunctions.asl.texts import decode_url, decode_url_component, join, pad, replace

NULL = Utils.NULL_VALUE
EXACT = 2**53
"""Up to here every whole number is one of JSON's doubles."""

DIGITS = 15
"""Of a number as text: what the reference rounds to."""

FIXED_FROM, FIXED_BELOW = 1e-6, 1e21
"""Between them JavaScript writes numbers without an exponent."""

DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?")
OTHER_BASE = re.compile(r"0([xX][0-9A-Fa-f]+|[oO][0-7]+|[bB][01]+)")
BASES = {"x": 16, "o": 8, "b": 2}
MOMENT = re.compile(
    r"\d{4}(-[01]\d)*(-[0-3]\d)*(T[0-2]\d:[0-5]\d:[0-5]\d)*(\.\d+)?([+-][0-2]\d:?[0-5]\d|Z)?", re.ASCII
)

_symbol_of_others = Signature.get_symbol


def _symbol(signature: Signature, value: Any) -> str:
    """The type of an argument in a function's signature; null is one of its own, and not missing."""
    return "l" if value is NULL else _symbol_of_others(signature, value)


Signature.get_symbol = _symbol


class Expression(Jsonata):  # type: ignore[misc] # jsonata-python has no types
    """A parsed expression whose operators are the reference's.

    Args:
        text: The expression.

    Raises:
        JException: It is not JSONata.
    """

    def __init__(self, text: str) -> None:
        super().__init__(f"{text} ", compile_pattern)  # jsonata-python looks beyond a comment or a slash

    def apply_inner(self, proc: Any, args: Any, input: Any, environment: Any) -> Any:  # noqa: A002 - its name
        """Call a function; one that is built in and called for each element is no node that is counted."""
        if any(Utils.is_function(each) for each in args or []):
            environment.lookup(SPEND)(sum(map(size, args)))
        return super().apply_inner(proc, args, input, environment)

    def evaluate_numeric_expression(self, lhs: Any, rhs: Any, op: str) -> Any:
        """Quotients and remainders as doubles have them, also by zero and of fractions."""
        if op not in {"/", "%"} or not (Utils.is_numeric(lhs) and Utils.is_numeric(rhs)):
            return super().evaluate_numeric_expression(lhs, rhs, op)
        if rhs != 0:
            return tidy(float(lhs) / float(rhs) if op == "/" else math.fmod(lhs, rhs))
        return math.nan if op == "%" or lhs == 0 else math.copysign(math.inf, lhs)

    def evaluate_includes_expression(self, lhs: Any, rhs: Any) -> bool:
        """``in`` compares as ``===`` does: by type and value, arrays and objects by identity."""
        if lhs is None or rhs is None:
            return False
        return any(_is_same(lhs, each) for each in (rhs if isinstance(rhs, list) else [rhs]))

    def evaluate_string_concat(self, lhs: Any, rhs: Any) -> str:
        """``&`` writes numbers as ``$string`` does."""
        return (string(lhs) or "") + (string(rhs) or "")


def _is_same(one: Any, other: Any) -> bool:
    if isinstance(one, list | dict) or isinstance(other, list | dict):
        return one is other
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def tidy(number: float) -> float:
    """A whole number as such, while it is exact."""
    return int(number) if abs(number) <= EXACT and number == int(number) else number


def to_double(number: float) -> float:
    """A whole number that JSON's doubles do not have, as the one next to it."""
    return float(number) if abs(number) > EXACT else number


def to_json_number(number: float) -> float:
    """A result as the number that JavaScript writes: its shortest digits, with an exponent from 1e21 on."""
    if isinstance(number, int):
        number = to_double(number)
    if isinstance(number, int) or not (number.is_integer() and abs(number) < FIXED_BELOW):
        return number
    return int(Decimal(repr(number)))


def number_text(number: float) -> str:
    """A number as ``$string`` writes it: 15 digits, in JavaScript's notation.

    Raises:
        JException: D3001, it is infinite or none.
    """
    if not math.isfinite(number):
        raise JException("D3001", -1, number)
    rounded = float(f"{float(number):.{DIGITS}g}")
    if rounded == 0 or FIXED_FROM <= abs(rounded) < FIXED_BELOW:
        return f"{Decimal(repr(rounded)).normalize():f}" if rounded else "0"
    digits, _, exponent = repr(rounded).partition("e")
    return f"{digits.removesuffix('.0')}e{int(exponent):+d}"


def string(value: Any, prettify: Any = None) -> str | None:
    """``$string``: text as it is, anything else as JSON."""
    if isinstance(value, Utils.JList) and value.outer_wrapper:
        value = value[0]
    if value is None or isinstance(value, str):
        return value
    if Utils.is_function(value) or Functions.is_lambda(value):
        return ""
    return _json(value, "" if prettify else None)


def _json(value: Any, indent: str | None) -> str:
    """JSON as JavaScript writes it; ``indent`` begins the lines of this value, None puts it on one line."""
    if isinstance(value, dict):
        colon = ":" if indent is None else ": "
        parts = [f"{_json(key, None)}{colon}{_json(each, _deeper(indent))}" for key, each in value.items()]
        return _enclose("{", parts, "}", indent)
    if isinstance(value, list):
        return _enclose("[", [_json(each, _deeper(indent)) for each in value], "]", indent)
    if value is NULL or value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else '""'


def _deeper(indent: str | None) -> str | None:
    return None if indent is None else indent + "  "


def _enclose(first: str, parts: list[str], last: str, indent: str | None) -> str:
    if indent is None or not parts:
        return first + ",".join(parts) + last
    inner = f"\n{indent}  "
    return first + inner + f",{inner}".join(parts) + f"\n{indent}" + last


def count(values: list[Any] | None) -> int:
    """``$count``; null is one value."""
    return 0 if values is None else len(values)


def distinct(values: Any) -> Any:
    """``$distinct``: equal in type and value; a list stays one."""
    if not isinstance(values, list) or len(values) <= 1:
        return values
    found = Utils.create_sequence() if getattr(values, "sequence", False) else Utils.JList()
    known: set[Any] = set()
    for each in values:
        identity = _identity(each)
        if identity not in known:
            known.add(identity)
            found.append(each)
    return found


def _identity(value: Any) -> Any:
    """What equal values, and no others, have in common; can be a member of a set."""
    if isinstance(value, dict):
        return "object", frozenset((key, _identity(each)) for key, each in value.items())
    if isinstance(value, list):
        return "array", tuple(map(_identity, value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number", value
    return (type(value).__name__, value) if isinstance(value, str | bool) else ("object", id(value))


def number(value: Any) -> float | None:
    """``$number``: of texts JSON's numbers and hexadecimal, octal and binary ones.

    Raises:
        JException: D3030, it is no number.
    """
    if not isinstance(value, str):
        return int(value) if isinstance(value, bool) else value
    if OTHER_BASE.fullmatch(value):
        return to_double(int(value[2:], BASES[value[1].lower()]))
    if not DECIMAL.fullmatch(value) or not math.isfinite(float(value)):
        raise JException("D3030", -1, value)
    return tidy(float(value))


def to_millis(timestamp: str | None, picture: str | None) -> int | None:
    """``$toMillis``: without a picture of ISO 8601 only.

    Raises:
        JException: D3110, it is no timestamp.
    """
    if timestamp is not None and picture is None and not MOMENT.fullmatch(timestamp):
        raise JException("D3110", -1, timestamp)
    return Functions.datetime_to_millis(timestamp, picture)  # type: ignore[no-any-return] # jsonata has no types


SIGNATURES: dict[str, tuple[str, Callable[..., Any]]] = {
    "count": ("<a:n>", count),
    "decodeUrl": ("<s-:s>", decode_url),
    "decodeUrlComponent": ("<s-:s>", decode_url_component),
    "distinct": ("<x:x>", distinct),
    "join": ("<a<s>s?:s>", join),
    "number": ("<(nsb)-:n>", number),
    "pad": ("<s-ns?:s>", pad),
    "replace": ("<s-(sf)(sf)n?:s>", replace),
    "string": ("<x-b?:s>", string),
    "toMillis": ("<s-s?:n>", to_millis),
}
"""The functions that differ: name → signature and the one that stands for it."""


class _Own:
    """Where jsonata-python looks for a function's implementation."""


for _name, (_, _implementation) in SIGNATURES.items():
    setattr(_Own, _name, staticmethod(_implementation))

FUNCTIONS = {
    name: Jsonata.JNativeFunction(name, signature, _Own, name) for name, (signature, _) in SIGNATURES.items()
}
"""The same, as jsonata-python binds them."""
