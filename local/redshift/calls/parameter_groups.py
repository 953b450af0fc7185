"""Parameter groups: moto keeps them; their values, and what AWS checks about them, are here."""

from typing import Any

from local.redshift.api import resources
from local.redshift.api.registry import call
from local.redshift.api.results import page_result
from local.redshift.calls.group_deletion import GroupKind, delete_group, names_under
from local.redshift.errors import RedshiftError, invalid_combination, invalid_value
from local.redshift.state.backend import RedshiftBackend
from local.redshift.state.default_network import DEFAULT_PARAMETER_GROUP
from local.redshift.state.parameters import FAMILY, ParameterValues, check_parameters
from local.redshift.state.tags import merge_tags

UPDATED = (
    "Your parameter group has been updated but changes won't get applied until you reboot the associated "
    "Clusters."
)
"""AWS CLI reference, modify-cluster-parameter-group."""

SOURCES = ("user", "engine-default")
"""Of a parameter's value (API reference, DescribeClusterParameters)."""

KIND = GroupKind(
    DEFAULT_PARAMETER_GROUP,
    "InvalidClusterParameterGroupState",
    names_under("ClusterParameterGroups", "ParameterGroupName"),
    RedshiftBackend.describe_cluster_parameter_groups,
    RedshiftBackend.delete_cluster_parameter_group,
)


@call("CreateClusterParameterGroup", resource=resources.groups)
def create_cluster_parameter_group(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Create a parameter group; its parameters have their default values.

    Raises:
        RedshiftError: The name is taken, or there is no such family.
    """
    backend.now()
    name = parameters["ParameterGroupName"].lower()
    if name in backend.parameter_groups:
        sentence = f"The parameter group {name} already exists."
        raise RedshiftError("ClusterParameterGroupAlreadyExists", sentence)
    _check_family(parameters["ParameterGroupFamily"])
    tags = merge_tags([], parameters.get("Tags", []))
    group = backend.create_cluster_parameter_group(
        name, FAMILY, parameters["Description"], backend.region_name, tags
    )
    view = {"ParameterGroupName": name, "ParameterGroupFamily": FAMILY, "Description": group.description}
    return {"ClusterParameterGroup": view | {"Tags": group.tags}}


@call("ModifyClusterParameterGroup", resource=resources.groups)
def modify_cluster_parameter_group(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Other values for some parameters of a group.

    Raises:
        RedshiftError: No such group, the default one, or a parameter or value that does not exist.
    """
    backend.now()
    name = parameters["ParameterGroupName"]
    backend.describe_cluster_parameter_groups(name)
    _check_not_default(name)
    check_parameters(parameters["Parameters"])
    values = backend.parameter_values.setdefault(name, ParameterValues())
    values.change({each["ParameterName"]: each["ParameterValue"] for each in parameters["Parameters"]})
    return _mark_pending_reboot(backend, name)


@call("ResetClusterParameterGroup", resource=resources.groups)
def reset_cluster_parameter_group(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """The default values for some parameters of a group, or with ``ResetAllParameters`` for all.

    Raises:
        RedshiftError: No such group, the default one, or neither some nor all parameters were named.
    """
    backend.now()
    name, everything = parameters["ParameterGroupName"], parameters.get("ResetAllParameters", False)
    backend.describe_cluster_parameter_groups(name)
    _check_not_default(name)
    named = [each.get("ParameterName", "") for each in parameters.get("Parameters", [])]
    if everything == bool(named):
        raise invalid_combination("Give either ResetAllParameters or Parameters.")
    values = backend.parameter_values.setdefault(name, ParameterValues())
    values.reset(None if everything else named)
    return _mark_pending_reboot(backend, name)


@call("DeleteClusterParameterGroup", resource=resources.groups)
def delete_cluster_parameter_group(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Its values go with it."""
    answer = delete_group(backend, KIND, parameters["ParameterGroupName"])
    backend.parameter_values.pop(parameters["ParameterGroupName"], None)
    return answer


@call("DescribeClusterParameters", resource=resources.groups)
def describe_cluster_parameters(backend: RedshiftBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a group; of a Source (``user`` or ``engine-default``) if one is given.

    Raises:
        RedshiftError: ``ClusterParameterGroupNotFound``.
    """
    backend.now()
    name, source = parameters["ParameterGroupName"], parameters.get("Source")
    backend.describe_cluster_parameter_groups(name)
    if source not in {None, *SOURCES}:
        raise invalid_value(f"Source must be one of {', '.join(SOURCES)}. Found: {source}.")
    values = backend.parameter_values.get(name, ParameterValues())
    shown = [each for each in values.view() if source in (None, each["Source"])]
    return page_result(parameters, "Parameters", shown, lambda each: each["ParameterName"])


@call("DescribeDefaultClusterParameters", resource=resources.everything)
def describe_default_cluster_parameters(
    backend: RedshiftBackend, parameters: dict[str, Any]
) -> dict[str, Any]:
    """The default values of a parameter group family.

    Raises:
        RedshiftError: ``InvalidParameterValue``: there is no such family.
    """
    backend.now()
    _check_family(parameters["ParameterGroupFamily"])
    page = page_result(parameters, "Parameters", ParameterValues().view(), lambda each: each["ParameterName"])
    return {"DefaultClusterParameters": {"ParameterGroupFamily": FAMILY, **page}}


def _check_family(family: str) -> None:
    if family != FAMILY:
        raise invalid_value(f"ParameterGroupFamily {family} does not exist. Valid value: {FAMILY}.")


def _check_not_default(name: str) -> None:
    if name == DEFAULT_PARAMETER_GROUP:
        sentence = f"The parameter group {name} is the default one and can't be changed."
        raise RedshiftError("InvalidClusterParameterGroupState", sentence)


def _mark_pending_reboot(backend: RedshiftBackend, name: str) -> dict[str, Any]:
    """Clusters show that the new values wait for a reboot."""
    for cluster in backend.clusters_by_id.values():
        for group in cluster.facts.get("ClusterParameterGroups", []):
            if group["ParameterGroupName"] == name:
                group["ParameterApplyStatus"] = "pending-reboot"
    return {"ParameterGroupName": name, "ParameterGroupStatus": UPDATED}
