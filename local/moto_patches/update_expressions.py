"""Update expressions are parsed once each and walked without detours; moto parses them twice in each call.

moto copies the parsed tree through pickle's protocol, and asks of each node in each of ten passes whether it
is an instance of any abstract class that the pass works on. That was most of an update's time.
"""

from typing import Any

from moto.dynamodb.parsing.ast_nodes import DepthFirstTraverser, Node  # type: ignore[attr-defined] # untyped
from moto.dynamodb.parsing.expressions import UpdateExpressionParser  # type: ignore[attr-defined] # untyped
from moto.dynamodb.parsing.tokens import ExpressionTokenizer

EXPRESSIONS_KEPT = 1000

IN_MOTO = {
    "make": vars(UpdateExpressionParser)["make"],
    "walk": DepthFirstTraverser.traverse_node_recursively,
}
"""As they are before `install`."""

_parsed: dict[str, Any] = {}
_processed: dict[tuple[type, type], bool] = {}


def install() -> None:
    """Replace moto's parser by one that remembers, its copies, and its walk."""
    UpdateExpressionParser.make = classmethod(_make)  # the same tree
    Node.__deepcopy__ = _copy  # the same tree
    DepthFirstTraverser.traverse_node_recursively = _walk  # the same order


def _make(parser: type[UpdateExpressionParser], expression: str) -> Any:
    """The tree of an expression; nobody changes it, moto works on copies."""
    if expression not in _parsed:
        if len(_parsed) >= EXPRESSIONS_KEPT:
            _parsed.clear()
        _parsed[expression] = parser(ExpressionTokenizer.make_list(expression)).parse()
    return _parsed[expression]


def _copy(node: Any, memo: dict[int, Any]) -> Any:
    """A copy of the whole tree; what is no node is a text or a number, and is shared."""
    copied = object.__new__(type(node))
    copied.__dict__.update(node.__dict__)
    if node.children is not None:
        copied.children = [_copy(each, memo) if isinstance(each, Node) else each for each in node.children]
        for child in copied.children:
            if isinstance(child, Node):
                child.parent = copied
    return copied


def _walk(traverser: Any, node: Any, child_id: int = -1) -> Any:
    """Process the nodes from the leaves up; a node that is replaced has its parent point to the new one."""
    if not isinstance(node, Node):
        return node
    parent = node.parent
    for index, child in enumerate(node.children or ()):
        traverser.pre_processing_of_child(node, index)
        _walk(traverser, child, index)
    if _processes(traverser, type(node)):
        node = traverser.process(node)
        node.parent = parent
        if parent:
            parent.children[child_id] = node
    return node


def _processes(traverser: Any, node: type) -> bool:
    """Whether a traverser processes nodes of a kind: the same for all of its kind, and slow to ask."""
    kind = type(traverser)
    if (kind, node) not in _processed:
        _processed[kind, node] = issubclass(node, traverser.nodes_to_be_processed())
    return _processed[kind, node]
