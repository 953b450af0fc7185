"""The names of a response class's methods are collected once; moto inspects the class at each request."""

from functools import cache

from moto.core import responses
from moto.core.utils import method_names_from_class

IN_MOTO = method_names_from_class
"""As it is before `install`."""


def install() -> None:
    """Have moto remember; nobody adds methods to a class that has answered."""
    responses.method_names_from_class = cache(IN_MOTO)  # type: ignore[attr-defined] # it imports that name
