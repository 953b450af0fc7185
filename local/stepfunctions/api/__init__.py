"""The API of Step Functions over the engine: moto's backend and responses, with ours where they differ."""
