"""`steward plan`, `run`, `watch`, `stop`, `retry`, `runs` and `report`: executions of the workflows."""
