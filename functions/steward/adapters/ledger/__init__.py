"""The ledger, one DynamoDB table: a file for each kind of record, its keys in `keys`, access in `table`."""
