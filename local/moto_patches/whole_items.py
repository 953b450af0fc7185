"""DynamoDB's items are read and written atomically: moto shows an item while it is being written.

It puts a new item with its key alone and then works on it; conditions are looked at before, by other threads
as well (DynamoDB developer guide, "Condition expressions": the write of one item is atomic).
"""

import threading
from typing import Any

from moto.dynamodb.responses import DynamoHandler

_one_at_a_time = threading.RLock()
_call_in_moto = DynamoHandler.call_action


def install() -> None:
    """Serialize DynamoDB's requests; none of them waits for anything else, so this cannot deadlock."""
    DynamoHandler.call_action = _call  # type: ignore[method-assign] # the request as moto answers it


def _call(handler: DynamoHandler) -> Any:
    with _one_at_a_time:
        return _call_in_moto(handler)
