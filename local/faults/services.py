"""Armed faults of calls of moto's services; Redshift asks for its own (`local.redshift.api.dispatch`)."""

from flask import Flask, Response

from local.context import Context
from local.errors import aws_error
from local.iam.gate import read_request
from local.iam.services import READERS
from local.redshift import backend_of
from local.redshift.errors import RedshiftError, http_status


def install_faults(app: Flask, service: str, context: Context) -> None:
    """Have a service's application refuse what an armed fault matches; calls are named as IAM's actions."""
    if service in READERS:
        app.before_request(lambda: _fault_response(service, context))


def _fault_response(service: str, context: Context) -> Response | None:
    """The error for the request at hand, None if no fault matches."""
    backend = backend_of(context)
    if not any(":" in armed.fault.call for armed in backend.faults.armed):
        return None
    for permission in READERS[service](read_request(context)):
        try:
            backend.faults.refuse(permission.action, None, backend.now())
        except RedshiftError as error:
            return aws_error(service, http_status(error.code), error.code, error.message)
    return None
