"""Errors that a user can act on: one sentence on stderr and an exit code, never a traceback.

Sources: botocore.exceptions; the error codes for credentials are those of AWS STS and of each service's
"Common Errors".
"""

import re
from collections.abc import Callable
from typing import Any

from cli.exit_codes import ExitCode
from cli.text import clean

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

COLOR = r"\x1b\[[0-9;]*m"
"""ANSI color codes, which the CDK CLI writes even without a terminal."""


class CliError(Exception):
    """An error that a user can act on; its text is one sentence, printed as it is."""

    def __init__(self, sentence: str, code: ExitCode = ExitCode.ATTENTION) -> None:
        super().__init__(sentence)
        self.code = code


def to_cli_error(error: Exception) -> CliError | None:
    """A library's exception as a sentence and an exit code; None for a bug, which keeps its traceback."""
    if isinstance(error, CliError):
        return error
    kind = type(error)
    names = {base.__name__ for base in kind.__mro__ if base.__module__.startswith("botocore")}
    if "ClientError" in names:
        return _refusal(error)
    for name, describe in _BY_EXCEPTION.items():
        if name in names:
            return describe(error)
    if names:
        return _other_error(error)
    return _file_error(error) if isinstance(error, OSError) and error.filename else _package_error(error)


def _refusal(error: Any) -> CliError:
    """A `botocore.exceptions.ClientError`: AWS answered with an error code."""
    code = error.response.get("Error", {}).get("Code", "")
    message = clean(error.response.get("Error", {}).get("Message", "") or code)
    operation = error.operation_name
    if code in EXPIRED:
        return CliError("AWS credentials have expired; sign in again and repeat the command", ExitCode.AWS)
    if code in INVALID:
        return CliError(
            f"AWS rejected the credentials ({code}); check the profile and environment variables",
            ExitCode.AWS,
        )
    if code in DENIED:
        return CliError(
            f"Access denied: you need {_permission(operation, message)} ({message})", ExitCode.AWS
        )
    if code in THROTTLED:
        return CliError(f"AWS throttled {operation}; try again in a minute", ExitCode.AWS)
    return CliError(f"{operation} failed: {message} ({clean(code)})", ExitCode.AWS)


def _permission(operation: str, message: str) -> str:
    """The missing IAM action, which most services name in their message; S3 says "Access Denied" only."""
    named = re.search(r"perform: ([a-z0-9-]+:[A-Za-z]+)", message)
    return named[1] if named else f"permission to call {operation}"


def _package_error(error: Exception) -> CliError | None:
    """Errors of packages that the commands call, matched by name so that nothing is imported for them."""
    code = {
        "PolicyError": ExitCode.USAGE,
        "FleetError": ExitCode.USAGE,
        "BadInput": ExitCode.USAGE,
        "DeployError": ExitCode.ATTENTION,
        "PortInUseError": ExitCode.ATTENTION,
    }.get(type(error).__name__)
    return None if code is None else CliError(re.sub(COLOR, "", str(error)), code)


def _unknown_profile(error: Any) -> CliError:
    name = clean(error.kwargs.get("profile", ""))
    return CliError(f'No AWS profile "{name}"; `aws configure list-profiles` lists them', ExitCode.USAGE)


def _no_credentials(_: Any) -> CliError:
    return CliError(
        "No AWS credentials found; pass --profile, set AWS_PROFILE, or sign in with `aws sso login`",
        ExitCode.AWS,
    )


def _sign_in_again(_: Any) -> CliError:
    return CliError("AWS sign-in has expired; run `aws sso login` (or `aws login`) again", ExitCode.AWS)


def _no_region(_: Any) -> CliError:
    return CliError("No Region set; pass --region or set AWS_REGION", ExitCode.USAGE)


def _unreachable(error: Any) -> CliError:
    where = clean(error.kwargs.get("endpoint_url", "AWS"))
    return CliError(f"Cannot reach {where}; check the network, the Region and AWS_ENDPOINT_URL", ExitCode.AWS)


def _file_error(error: OSError) -> CliError:
    return CliError(f"{clean(error.filename)}: {error.strerror}", ExitCode.USAGE)


def _other_error(error: Any) -> CliError:
    return CliError(f"The AWS request failed: {clean(error)}", ExitCode.AWS)


_BY_EXCEPTION: dict[str, Callable[[Any], CliError]] = {
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
"""By class name of botocore's exceptions and their bases, the most specific first."""
