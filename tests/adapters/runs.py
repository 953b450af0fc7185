"""Three runs, and the ledger's table as the stack makes it (a contract test compares)."""

from __future__ import annotations

from steward.domain.run import Run

REGION = "eu-central-1"
_EXECUTION = f"arn:aws:states:{REGION}:123456789012:execution:m:"
ONE = Run(f"{_EXECUTION}one", "one", "2026-11-21T21:00:00Z")
TWO = Run(f"{_EXECUTION}two", "two", "2026-11-21T22:00:00Z")
THREE = Run(f"{_EXECUTION}three", "three", "2026-11-21T23:00:00Z")

LEDGER_KEYS = {
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
        {"AttributeName": "since", "AttributeType": "S"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "locks",
            "KeySchema": [
                {"AttributeName": "sk", "KeyType": "HASH"},
                {"AttributeName": "since", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}
