"""Inputs of calls, generated from botocore's models: what fits, and what is broken in some places."""

from functools import cache
from typing import Any

from hypothesis import strategies as st

DEPTH = 3
"""How far structures nest; recursive shapes end here."""

ACCOUNT, REGION = "123456789012", "eu-central-1"
REDSHIFT = f"arn:aws:redshift:{REGION}:{ACCOUNT}"
STATES = f"arn:aws:states:{REGION}:{ACCOUNT}"
MACHINE = '{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Succeed"}}}'
KNOWN = (
    *(
        "dwh",
        "other",
        "taken",
        "default",
        "default.redshift-1.0",
        "mine",
        "inner",
        "action",
        "topic",
        "weekly",
    ),
    *(f"{REDSHIFT}:cluster:dwh", f"{REDSHIFT}:snapshot:dwh/taken", f"{REDSHIFT}:parametergroup:mine"),
    *(f"{STATES}:stateMachine:m", f"{STATES}:execution:m:first", f"{STATES}:mapRun:m/x:y"),
    *(f"arn:aws:iam::{ACCOUNT}:role/r", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"),
    *(f"arn:aws:sns:{REGION}:{ACCOUNT}:topic", f"arn:aws:sqs:{REGION}:{ACCOUNT}:letters"),
    *("rate(1 day)", "cron(0 3 * * ? *)", "at(2026-03-09T00:00:00)", "mon:03:00-mon:03:30", "ra3.xlplus"),
    *('{"source":["aws.redshift"]}', MACHINE, "{}", "manual", "cluster", "Secret123", "admin", "multi-node"),
)
"""Values that exist, or that a call understands: generated text alone never gets past the first check."""

STRANGE = (
    *(
        "",
        " ",
        "a" * 3000,
        "0",
        "-1",
        "null",
        "true",
        "ümläut ☃",
        "\x00",
        "../..",
        "<x>&amp;",
        "%s{0}",
        "aws:x",
    ),
    *(
        "arn:",
        "arn:aws",
        "arn:aws:lambda",
        "::::::",
        "*",
        "99999999999999999999",
        "2026-99-99T00:00:00Z",
        "{",
    ),
)
NUMBERS = (0, 1, -1, 2, 7, 20, 100, 101, 3653, 5439, 65536, 2**31 - 1, -(2**31), 2**31, 2**63, 1.5)
MOMENTS = (
    *("2026-03-07T00:00:00Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"),
    *("2026-03-07T00:00:00+14:00", "2026-03-07"),
)
NONSENSE: st.SearchStrategy[Any] = st.sampled_from(
    [*STRANGE, *NUMBERS, True, None, [], {}, [None], [[]], {"": None}, [{}], {"a": {"b": [1]}}, ["x"] * 30]
)


def inputs(shape: Any) -> st.SearchStrategy[Any]:
    """Parameters of a call: valid by their types in about half of the cases."""
    if shape is None:
        return st.just({})
    return st.one_of(fitting(shape.name, _Kept(shape), 0), broken(shape.name, _Kept(shape)))


class _Kept:
    """A shape that caches may keep: equal to every other of its name."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and other.shape.name == self.shape.name

    def __hash__(self) -> int:
        return hash(self.shape.name)


@cache
def fitting(_name: str, kept: _Kept, depth: int) -> st.SearchStrategy[Any]:
    """Values of the types that a shape asks for, its required members always among them."""
    shape = kept.shape
    if shape.type_name == "structure":
        return _structure(shape, depth)
    if shape.type_name == "list":
        return st.lists(_part(shape.member, depth), max_size=2)
    if shape.type_name == "map":
        return st.dictionaries(st.sampled_from(KNOWN[:6]), _part(shape.value, depth), max_size=2)
    return _scalar(shape)


def broken(name: str, kept: _Kept) -> st.SearchStrategy[Any]:
    """As `fitting`, with members left out, replaced by nonsense, or added."""

    def breaks(drawn: tuple[Any, list[tuple[int, str, Any]]]) -> Any:
        value, changes = drawn
        members = list(kept.shape.members) or [""]
        broken_value = dict(value)
        for index, kind, nonsense in changes:
            member = members[index % len(members)]
            if kind == "drop":
                broken_value.pop(member, None)
            else:
                broken_value[member if kind == "replace" else "Unheard"] = nonsense
        return broken_value

    kinds = st.sampled_from(["drop", "replace", "replace", "replace", "add"])
    change = st.tuples(st.integers(0, 60), kinds, NONSENSE)
    return st.tuples(fitting(name, kept, 0), st.lists(change, min_size=1, max_size=3)).map(breaks)


def _part(shape: Any, depth: int) -> st.SearchStrategy[Any]:
    if depth >= DEPTH:
        return NONSENSE
    return fitting(shape.name, _Kept(shape), depth + 1)


def _structure(shape: Any, depth: int) -> st.SearchStrategy[Any]:
    required = {
        name: _part(part, depth) for name, part in shape.members.items() if name in shape.required_members
    }
    others = {name: _part(part, depth) for name, part in shape.members.items() if name not in required}
    few = st.lists(st.sampled_from(sorted(others)), max_size=4, unique=True) if others else st.just([])
    return few.flatmap(lambda names: st.fixed_dictionaries(required | {name: others[name] for name in names}))


def _scalar(shape: Any) -> st.SearchStrategy[Any]:
    match shape.type_name:
        case "string":
            named = st.sampled_from(shape.enum) if getattr(shape, "enum", None) else st.sampled_from(KNOWN)
            return st.one_of(named, named, st.sampled_from(STRANGE), st.text(max_size=8))
        case "boolean":
            return st.booleans()
        case "timestamp":
            return st.sampled_from(MOMENTS)
        case "blob":
            return st.sampled_from(["", "e30=", "AAAA", "no base64"])
    return st.sampled_from(NUMBERS)
