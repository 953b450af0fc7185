"""Which state machine definitions are accepted, beyond moto's check of the grammar.

Step Functions checks transitions and resources when a machine is created; moto does not. What this emulation
does not run (JSONPath, Express children, activities, ItemBatcher, …) is refused here, in one sentence, rather
than run differently.
"""

import copy
import json
import logging
from collections.abc import Iterator
from typing import Any

from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser, ASLParserException

from local.stepfunctions.api.rules import broken_rules
from local.stepfunctions.api.structure import structure_problems
from local.stepfunctions.asl.failures import InvalidDefinitionError
from local.stepfunctions.asl.jsonata import calls_eval, expression
from local.stepfunctions.asl.limits import MAP_LABEL_LENGTH, name_problem, whole_number_in_range
from local.stepfunctions.tasks.integrations import integration
from local.strict_json import parse_json

LONGEST_DEFINITION = 1024 * 1024
STATE_NAME_LENGTH = 80
UNSUPPORTED = {"ItemBatcher", "ResultWriter", "Credentials"}
"""Fields of a state that this emulation does not act on."""

READER = "arn:aws:states:::s3:getObject"
INNER = {"Branches", "ItemProcessor"}
"""Fields that hold states, which are checked by themselves."""


# It would warn that tolerated failures have no effect; in this engine they have one.
logging.getLogger("moto.stepfunctions.parser.asl.parse.preprocessor").setLevel(logging.ERROR)


def check(text: str) -> dict[str, Any]:
    """Parse a definition.

    Raises:
        InvalidDefinitionError: It is refused.
    """
    if len(text.encode()) > LONGEST_DEFINITION:
        raise InvalidDefinitionError("The definition is larger than 1 MiB")
    try:
        definition: dict[str, Any] = parse_json(text)
    except ValueError as error:
        raise InvalidDefinitionError(f"INVALID_JSON_DESCRIPTION: {error}") from error
    try:
        _check_definition(definition)
    except RecursionError:
        raise InvalidDefinitionError("SCHEMA_VALIDATION_FAILED: It is nested too deeply") from None
    return definition


def _check_definition(definition: dict[str, Any]) -> None:
    for problem in structure_problems(definition, ""):
        raise InvalidDefinitionError(f"SCHEMA_VALIDATION_FAILED: {problem}")
    if not whole_number_in_range("TimeoutSeconds", definition.get("TimeoutSeconds", 1)):
        raise InvalidDefinitionError("SCHEMA_VALIDATION_FAILED: /TimeoutSeconds is not a number in range")
    _check_supported(definition)
    _check_grammar(definition)
    _check_names(definition)
    _check_sequence(definition, "", frozenset())


def _check_supported(definition: dict[str, Any]) -> None:
    """Refuse, before the grammar does it less clearly, what AWS would run and this emulation does not."""
    whole = definition.get("QueryLanguage", "JSONPath")
    for place, name, state in _all_states(definition, ""):
        _check_language(state.get("QueryLanguage", whole), place)
        if len(name) > STATE_NAME_LENGTH:
            raise InvalidDefinitionError(f"SCHEMA_VALIDATION_FAILED: the name of {place} is longer than 80")
        unsupported = sorted(UNSUPPORTED & state.keys())
        if unsupported:
            raise InvalidDefinitionError(f"{place}/{unsupported[0]} is not supported by local Step Functions")
        if _processor_config(state).get("ExecutionType", "STANDARD") != "STANDARD":
            raise InvalidDefinitionError(f"{place}: local Step Functions runs STANDARD child executions only")
        for problem in broken_rules({"Type": None, **state}):
            raise InvalidDefinitionError(f"SCHEMA_VALIDATION_FAILED: {place}{problem}")
        label = state.get("Label", "x")
        if len(label) > MAP_LABEL_LENGTH or name_problem(label):
            raise InvalidDefinitionError(f"SCHEMA_VALIDATION_FAILED: {place}/Label is not a valid label")


def _check_language(language: Any, place: str) -> None:
    if language != "JSONata":
        raise InvalidDefinitionError(
            f"{place} is in {language}: local Step Functions runs JSONata only; add"
            ' "QueryLanguage": "JSONata" to the definition'
        )


def _processor_config(state: dict[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = state.get("ItemProcessor", {}).get("ProcessorConfig", {})
    return config


def _check_grammar(definition: dict[str, Any]) -> None:
    try:
        AmazonStateLanguageParser.parse(json.dumps(to_moto_spelling(definition)))
    except ASLParserException as error:
        raise InvalidDefinitionError(f"SCHEMA_VALIDATION_FAILED: {error!r}") from error
    except Exception as error:
        raise InvalidDefinitionError(f"SCHEMA_VALIDATION_FAILED: {type(error).__name__} {error}") from error


def to_moto_spelling(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition with what moto's grammar refuses although AWS accepts it, spelled as moto wants it.

    - A whole number as ToleratedFailurePercentage: moto wants ``50.0``.
    - An expression as ItemSelector (CDK's ``jsonata_item_selector``): moto wants an object.
    """
    spelled = copy.deepcopy(definition)
    for _, _, state in _all_states(spelled, ""):
        percentage = state.get("ToleratedFailurePercentage")
        if isinstance(percentage, int) and not isinstance(percentage, bool):
            state["ToleratedFailurePercentage"] = float(percentage)
        if expression(state.get("ItemSelector")) is not None:
            state["ItemSelector"] = {"Item": state["ItemSelector"]}
    return spelled


def _check_names(definition: dict[str, Any]) -> None:
    """A state's name is its own in the whole machine, branches and item processors included."""
    names: set[str] = set()
    for place, name, _ in _all_states(definition, ""):
        if name in names:
            raise InvalidDefinitionError(f"DUPLICATE_STATE_NAME: Duplicate state name: {name} at {place}")
        names.add(name)


def _all_states(sequence: dict[str, Any], place: str) -> Iterator[tuple[str, str, Any]]:
    """Every state: where it is, its name, its definition; inner ones after their outer one."""
    for name, state in sequence["States"].items():
        here = f"{place}/States/{name}"
        yield here, name, state
        for where, inner in _inner(state, here):
            yield from _all_states(inner, where)


def _inner(state: dict[str, Any], place: str) -> list[tuple[str, dict[str, Any]]]:
    found = [(f"{place}/Branches[{index}]", branch) for index, branch in enumerate(state.get("Branches", []))]
    if "ItemProcessor" in state:
        found.append((f"{place}/ItemProcessor", state["ItemProcessor"]))
    return found


def _check_sequence(sequence: dict[str, Any], place: str, outer_variables: frozenset[str]) -> None:
    states = sequence["States"]
    reached = _successors(sequence, place)
    variables = frozenset(name for state in states.values() for name in _variable_names(state))
    shadowed = variables & outer_variables
    if shadowed:
        raise InvalidDefinitionError(
            f"Variable '{min(shadowed)}' of an outer scope cannot be assigned again in {place}"
        )
    for name, state in states.items():
        here = f"{place}/States/{name}"
        if name not in reached:
            raise InvalidDefinitionError(
                f'MISSING_TRANSITION_TARGET: State "{name}" is not reachable. at {here}'
            )
        _check_state(state, here)
        known = frozenset() if _is_distributed(state) else variables | outer_variables
        for where, inner in _inner(state, here):
            _check_sequence(inner, where, known)


def _successors(sequence: dict[str, Any], place: str) -> set[Any]:
    """All states that can be reached; every transition has to lead to a state."""
    states = sequence["States"]
    reached: set[Any] = set()
    ahead = [(sequence.get("StartAt"), f"{place}/StartAt")]
    while ahead:
        name, where = ahead.pop()
        if name not in states:
            raise InvalidDefinitionError(
                f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {name} at {where}"
            )
        if name not in reached:
            reached.add(name)
            ahead.extend(_transitions(states[name], f"{place}/States/{name}"))
    return reached


def _transitions(state: dict[str, Any], place: str) -> list[tuple[Any, str]]:
    """Where a state may lead, and where that is said; every state leads on or ends."""
    leads_on = "Next" in state or state.get("End") or state["Type"] in {"Succeed", "Fail", "Choice"}
    if not leads_on:
        raise InvalidDefinitionError(f"SCHEMA_VALIDATION_FAILED: {place} has neither Next nor End")
    rules = state.get("Choices", []) + state.get("Catch", [])
    targets = [(rule.get("Next"), f"{place}/Next") for rule in rules]
    return targets + [(state[field], f"{place}/{field}") for field in ("Next", "Default") if field in state]


def _variable_names(state: dict[str, Any]) -> set[str]:
    sources = [state, *state.get("Choices", []), *state.get("Catch", [])]
    return {name for source in sources for name in source.get("Assign", {})}


def _is_distributed(state: dict[str, Any]) -> bool:
    return bool(_processor_config(state).get("Mode") == "DISTRIBUTED")


def _check_state(state: dict[str, Any], place: str) -> None:
    if state["Type"] == "Task":
        _check_resource(state, place)
    if "ItemReader" in state:
        _check_reader(state, place)
    _check_expressions({key: value for key, value in state.items() if key not in INNER}, place)


def _check_resource(state: dict[str, Any], place: str) -> None:
    try:
        integration(state["Resource"])
    except InvalidDefinitionError as error:
        raise InvalidDefinitionError(f"SCHEMA_VALIDATION_FAILED: {error} at {place}/Resource") from error


def _check_reader(state: dict[str, Any], place: str) -> None:
    reader = state["ItemReader"]
    kind = reader.get("ReaderConfig", {}).get("InputType")
    if not _is_distributed(state) or not reader["Resource"].endswith(":s3:getObject") or kind != "JSON":
        raise InvalidDefinitionError(
            f"{place}/ItemReader: local Step Functions reads a JSON array with {READER}"
            " in a Distributed Map only"
        )


def _check_expressions(template: Any, place: str) -> None:
    if isinstance(template, dict):
        for key, value in template.items():
            _check_expressions(value, f"{place}/{key}")
    elif isinstance(template, list):
        for index, value in enumerate(template):
            _check_expressions(value, f"{place}[{index}]")
    else:
        _check_expression(template, place)


def _check_expression(value: Any, place: str) -> None:
    text = expression(value)
    if text is None:
        _check_literal(value, place)
        return
    try:
        unsupported = calls_eval(text)
    except Exception as error:  # whatever the library raises, it is the expression that is wrong
        raise InvalidDefinitionError(f"INVALID_JSONATA_EXPRESSION: {error} at {place}: {text}") from error
    if unsupported:
        raise InvalidDefinitionError(
            f"INVALID_JSONATA_EXPRESSION: $eval is not supported by Step Functions; use $parse at {place}"
        )


def _check_literal(value: Any, place: str) -> None:
    """Refuse what was meant as an expression (Step Functions guide: no spaces outside, opened and closed)."""
    text = value.strip() if isinstance(value, str) else ""
    if text.startswith("{%") or text.endswith("%}"):
        raise InvalidDefinitionError(
            f"INVALID_JSONATA_EXPRESSION: {place} must begin with {{% and end with %}}, without spaces"
            " outside, or have neither at its ends"
        )
