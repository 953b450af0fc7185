"""Functions on texts as the reference implementation of JSONata has them, with a limit to what they make."""

import contextlib
import itertools
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from jsonata.functions import Functions
from jsonata.jexception import JException
from jsonata.utils import Utils

from local.stepfunctions.asl.budget import check_length

MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})")
RESERVED = re.compile(r"%(?=3B|2F|3F|3A|40|26|3D|2B|24|2C|23)", re.IGNORECASE)
"""What JavaScript's decodeURI leaves as it is: ``;/?:@&=+$,#``."""

REFERENCE = re.compile(r"\$(\$|0|[1-9][0-9]*)?", re.ASCII)


def pad(text: str | None, width: float | None, char: str | None) -> str | None:
    if isinstance(width, int | float):
        check_length(int(abs(width)))
    return Functions.pad(text, width, char)  # type: ignore[no-any-return] # jsonata has no types


def join(texts: list[str] | None, separator: str | None) -> str | None:
    if texts is not None:
        check_length(sum(map(len, texts)) + len(separator or "") * len(texts))
    return Functions.join(texts, separator)  # type: ignore[no-any-return] # jsonata has no types


def replace(text: Any, pattern: Any, replacement: Any, limit: float | None) -> str | None:
    """``$replace``: the first ``limit`` matches, or all; of texts that come in no match is looked for.

    Raises:
        JException: D1004, a match is empty; D3010, the pattern is; D3011, the limit is negative.
    """
    if text is None:
        return None
    if text is Utils.NULL_VALUE:
        raise JException("T0410", -1)
    if pattern == "":
        raise JException("D3010", -1)
    if limit is not None and limit < 0:
        raise JException("D3011", -1)
    found = (re.compile(re.escape(pattern)) if isinstance(pattern, str) else pattern).finditer(text)
    most = None if limit is None else int(limit)
    return _replaced(text, itertools.islice(found, most), _replacer(replacement))


def _replaced(text: str, matches: Any, replacer: Callable[[Any], str]) -> str:
    parts, end, length = [], 0, len(text)
    for match in matches:
        if match.end() == match.start():
            raise JException("D1004", -1)
        parts += [text[end : match.start()], replacer(match)]
        end, length = match.end(), length + len(parts[-1])
        check_length(length)
    return "".join([*parts, text[end:]])


def _replacer(replacement: Any) -> Callable[[Any], str]:
    if isinstance(replacement, str):
        return lambda match: expand(replacement, match)
    return lambda match: _called(replacement, match)


def _called(function: Any, match: Any) -> str:
    value = Functions.func_apply(function, [Functions.to_jsonata_match(match)])
    if not isinstance(value, str):
        raise JException("D3012", -1)
    return value


def expand(replacement: str, match: Any) -> str:
    """A replacement with ``$0`` and ``$1`` as what was matched, and ``$$`` as a dollar."""
    groups = match.groups()
    check_length(len(replacement) + replacement.count("$") * len(match.group(0)))

    def of(reference: re.Match[str]) -> str:
        name = reference[1]
        if name in {None, "$"}:
            return "$"
        if name == "0":
            return str(match.group(0))
        digits = name[: len(str(len(groups)))]
        if len(digits) > 1 and int(digits) > len(groups):
            digits = digits[:-1]
        value = groups[int(digits) - 1] if int(digits) <= len(groups) else None
        return (value or "") + name[len(digits) :]

    return REFERENCE.sub(of, replacement)


def decode_url_component(text: str | None) -> str | None:
    """``$decodeUrlComponent``, JavaScript's decodeURIComponent."""
    return _decode(text, text, "decodeUrlComponent")


def decode_url(text: str | None) -> str | None:
    """``$decodeUrl``, JavaScript's decodeURI."""
    protected = RESERVED.sub("%25", text) if isinstance(text, str) else text
    return _decode(text, protected, "decodeUrl")


def _decode(text: Any, escaped: Any, function: str) -> str | None:
    """Decode percent-encoded UTF-8.

    Raises:
        ValueError: D3140, it is malformed.
    """
    if text is None:
        return None
    if text is Utils.NULL_VALUE:
        raise JException("T0410", -1)
    with contextlib.suppress(UnicodeDecodeError):
        if not MALFORMED.search(text):
            return unquote(escaped, errors="strict")
    raise ValueError(f'D3140: Malformed URL passed to ${function}(): "{text}"')
