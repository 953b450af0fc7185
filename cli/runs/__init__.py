"""`steward plan`, `run`, `watch`, `runs` and `report`: executions of the workflows."""
