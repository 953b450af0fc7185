"""A session's source identity, which moto forgets: set by AssumeRole, kept when that session assumes a role.

IAM user guide, "Monitor and control actions taken with assumed roles".
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.sts.models import AssumedRole, sts_backends
from moto.sts.responses import TokenResponse

_assume_in_moto = TokenResponse.assume_role


def install() -> None:
    """Have AssumeRole keep and answer it."""
    TokenResponse.assume_role = _assume_role  # type: ignore[assignment,method-assign] # a method


def source_identity(session: AssumedRole | None) -> str:
    """That of a session, empty for none."""
    return str(getattr(session, "source_identity", ""))


def _assume_role(response: TokenResponse) -> ActionResult:
    answer = _assume_in_moto(response)
    result: Any = answer.result
    inherited = source_identity(_caller(response))
    given = inherited or response._get_param("SourceIdentity") or ""  # noqa: SLF001 - moto's own way
    result["Credentials"].source_identity = given
    if given:
        result["SourceIdentity"] = given
    return answer


def _caller(response: TokenResponse) -> AssumedRole | None:
    key = response.headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0]
    backend = sts_backends[response.current_account]["aws"]
    return backend.get_assumed_role_from_access_key(key)
