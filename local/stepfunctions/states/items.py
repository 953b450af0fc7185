"""The items of a Map state: given in the definition or the input, or read from S3."""

from dataclasses import dataclass
from typing import Any

from local.stepfunctions.asl.failures import READER_FAILED, StateFailure
from local.stepfunctions.states.state_execution import StateExecution
from local.strict_json import parse_json

STATE_DATA = "STATE_DATA"


@dataclass(frozen=True)
class Item:
    """One item of a Map.

    Attributes:
        index: Its place, from 0.
        value: What it is.
        source: ``STATE_DATA``, or the S3 object that it was read from.
        key: Its key, when the items are those of a JSON object.
    """

    index: int
    value: Any
    source: str = STATE_DATA
    key: str | None = None

    def context(self) -> dict[str, Any]:
        """``$states.context.Map.Item``."""
        known = {} if self.key is None else {"Key": self.key}
        return {"Index": self.index, "Value": self.value, "Source": self.source, **known}


def items_of(state: StateExecution) -> list[Item]:
    """The items that ``Items``, or else the state's input, names."""
    template = state.definition.get("Items")
    items = state.input if template is None else state.evaluate(template, "Items")
    if not isinstance(items, (list, dict)):
        if template is not None:
            raise state.type_failure(template, "Items", "array", items)
        raise state.query_failure("The Map state has no Items and its input is not an array.", "Items")
    return to_items(items)


def to_items(items: list[Any] | dict[str, Any], source: str = STATE_DATA) -> list[Item]:
    """Each element of an array, or each member of an object as its Key and Value."""
    if isinstance(items, dict):
        pairs = enumerate(items.items())
        return [Item(place, {"Key": key, "Value": value}, source, key) for place, (key, value) in pairs]
    return [Item(place, value, source) for place, value in enumerate(items)]


def read_items(state: StateExecution) -> list[Item]:
    """The items that ``ItemReader`` reads: a JSON array in an S3 object.

    Raises:
        StateFailure: States.ItemReaderFailed, the object is missing or is no JSON array.
    """
    reader = state.definition["ItemReader"]
    arguments = state.evaluate(reader.get("Arguments", {}), "ItemReader/Arguments")
    most = state.number("ItemReader/ReaderConfig/MaxItems", template=reader["ReaderConfig"].get("MaxItems"))
    try:
        text = state.sequence.sdk.call("s3", "GetObject", arguments).get("Body", "")
    except StateFailure as failure:
        raise StateFailure(READER_FAILED, f"{failure.error}: {failure.cause}") from failure
    source = f"s3://{arguments['Bucket']}/{arguments['Key']}"
    return to_items(_array(text, source)[: None if most is None else int(most)], source)


def item_input(state: StateExecution, item: Item) -> Any:
    """The input of an iteration or a child execution: the item, through ``ItemSelector`` if there is one."""
    if "ItemSelector" not in state.definition:
        return item.value
    return state.evaluate(state.definition["ItemSelector"], "ItemSelector", item=item.context())


def _array(text: str, source: str) -> list[Any]:
    try:
        value = parse_json(text)
    except ValueError as error:
        raise StateFailure(READER_FAILED, f"{source} is not valid JSON: {error}") from error
    if not isinstance(value, list):
        raise StateFailure(READER_FAILED, f"{source} does not hold a JSON array.")
    return value
