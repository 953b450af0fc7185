"""What Lambda's Invoke refuses (Lambda API reference, Invoke, Errors); wording as AWS returns it."""

from moto.core.exceptions import JsonRESTError

REQUEST_LIMIT = 6_291_456
"""Bytes of a synchronous event (AWS Lambda quotas: 6 MB)."""

EVENT_LIMIT = 1_048_576
"""Bytes of an asynchronous event (AWS Lambda quotas: 1 MB)."""


class RequestTooLargeError(JsonRESTError):
    """The event is larger than Lambda takes."""

    code = 413

    def __init__(self, limit: int) -> None:
        super().__init__(
            "RequestEntityTooLargeException",
            f"Request must be smaller than {limit} bytes for the InvokeFunction operation",
        )


class InvalidRequestContentError(JsonRESTError):
    """The event is no JSON."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "InvalidRequestContentException", f"Could not parse request body into json: {reason}"
        )


class TooManyRequestsError(JsonRESTError):
    """All of the function's reserved concurrency is in use."""

    code = 429

    def __init__(self) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.")


class RoleNotAssumableError(JsonRESTError):
    """The function's role is none that Lambda may assume; to create or change one with it is a 400."""

    def __init__(self, code: str, status: int) -> None:
        self.code = status
        super().__init__(code, "The role defined for the function cannot be assumed by Lambda.")


class InvalidRuntimeError(JsonRESTError):
    """The function's runtime is none that runs here."""

    code = 502

    def __init__(self, name: str, runtime: str | None) -> None:
        super().__init__(
            "InvalidRuntimeException",
            f"local AWS runs Python functions from a zip only: {name} has the runtime {runtime}",
        )
