"""What can go wrong, as one sentence on stderr and an exit code: never a traceback.

Sources: botocore.exceptions; the codes of credentials that have ended are those of AWS STS and of each
service's "Common Errors".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cli.exit_codes import Exit
from cli.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable

EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
INVALID = {
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "AuthFailure",
    "MissingAuthenticationToken",
}
DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "UnauthorizedOperation",
    "Forbidden",
    "403",
}
THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "SlowDown",
    "ProvisionedThroughputExceededException",
}

COLOUR = r"\x1b\[[0-9;]*m"
"""How a program that was called colours what it says, also where nobody sees colours."""


class Trouble(Exception):
    """Something that a user can do something about: one sentence, and the exit code."""

    def __init__(self, sentence: str, code: Exit = Exit.ATTENTION) -> None:
        super().__init__(sentence)
        self.code = code


def translated(error: Exception) -> Trouble | None:
    """The trouble that a library's exception stands for; None when it is a bug of ours."""
    if isinstance(error, Trouble):
        return error
    kind = type(error)
    names = {base.__name__ for base in kind.__mro__ if base.__module__.startswith("botocore")}
    if "ClientError" in names:
        return _refused(error)
    for name, say in _SAYINGS.items():
        if name in names:
            return say(error)
    if names:
        return _other(error)
    return _file(error) if isinstance(error, OSError) and error.filename else _of_our_own(error)


def _refused(error: Any) -> Trouble:
    """AWS answered, and the answer was no."""
    code = error.response.get("Error", {}).get("Code", "")
    message = clean(error.response.get("Error", {}).get("Message", "") or code)
    operation = error.operation_name
    if code in EXPIRED:
        return Trouble("your AWS credentials have expired; sign in again and repeat the command", Exit.AWS)
    if code in INVALID:
        return Trouble(f"AWS does not accept your credentials ({code}); check which ones are used", Exit.AWS)
    if code in DENIED:
        return Trouble(f"AWS denies you {operation}: {message}; ask for that permission", Exit.AWS)
    if code in THROTTLED:
        return Trouble(f"AWS throttles {operation}; try again in a minute", Exit.AWS)
    return Trouble(f"AWS refused {operation}: {message} ({clean(code)})", Exit.AWS)


def _of_our_own(error: Exception) -> Trouble | None:
    """Errors of the packages that the commands call; named, so that nothing has to be imported for it."""
    code = {
        "PolicyError": Exit.USAGE,
        "FleetError": Exit.USAGE,
        "BadInput": Exit.USAGE,
        "DeployError": Exit.ATTENTION,
        "PortInUseError": Exit.ATTENTION,
    }.get(type(error).__name__)
    return None if code is None else Trouble(re.sub(COLOUR, "", str(error)), code)


def _unknown_profile(error: Any) -> Trouble:
    name = clean(error.kwargs.get("profile", ""))
    return Trouble(f'there is no AWS profile "{name}"; `aws configure list-profiles` shows yours', Exit.USAGE)


def _no_credentials(_: Any) -> Trouble:
    return Trouble(
        "no AWS credentials were found; say --profile, set AWS_PROFILE, or sign in with `aws sso login`",
        Exit.AWS,
    )


def _sign_in_again(_: Any) -> Trouble:
    return Trouble("your AWS sign-in has ended; repeat `aws sso login` (or `aws login`)", Exit.AWS)


def _no_region(_: Any) -> Trouble:
    return Trouble("no Region is given; say --region, or set AWS_REGION", Exit.USAGE)


def _unreachable(error: Any) -> Trouble:
    where = clean(error.kwargs.get("endpoint_url", "AWS"))
    return Trouble(
        f"{where} can not be reached; check the network, the Region and AWS_ENDPOINT_URL", Exit.AWS
    )


def _file(error: OSError) -> Trouble:
    return Trouble(f"{clean(error.filename)}: {error.strerror}", Exit.USAGE)


def _other(error: Any) -> Trouble:
    return Trouble(f"AWS could not be asked: {clean(error)}", Exit.AWS)


_SAYINGS: dict[str, Callable[[Any], Trouble]] = {
    "ProfileNotFound": _unknown_profile,
    "NoCredentialsError": _no_credentials,
    "PartialCredentialsError": _no_credentials,
    "SSOError": _sign_in_again,
    "LoginError": _sign_in_again,
    "TokenRetrievalError": _sign_in_again,
    "NoRegionError": _no_region,
    "ConnectionError": _unreachable,
    "HTTPClientError": _unreachable,
}
"""By the names of botocore's exceptions and their bases, the more exact ones first."""
