"""Regular expressions that cannot backtrack: RE2 takes time linear in the text, whatever the pattern.

Python's ``re`` would take years for ``/^(a+)+$/`` on a short text. RE2 has no lookaround and no
backreferences: patterns with them are refused when a machine is created.
"""

import re
from typing import Any

import re2
from jsonata.regex_engine import RegexFlags

UNICODE = re.compile(r"((?:^|[^\\])(?:\\\\)*)\\u([0-9A-Fa-f]{4})")


class PatternError(Exception):
    """A pattern is refused; the message says why."""


def compile_pattern(pattern: str, flags: RegexFlags) -> Any:
    """A pattern of JavaScript's for RE2.

    Raises:
        PatternError: It is none, or has what RE2 lacks.
    """
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = not flags.case_insensitive
    spelled = UNICODE.sub(r"\1\\x{\2}", pattern)
    try:
        return re2.compile(f"(?m){spelled}" if flags.multiline else spelled, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error
        raise PatternError(
            f"/{pattern}/ is no regular expression that local Step Functions runs (RE2: no lookaround,"
            f" no backreferences): {reason}"
        ) from error
