"""`steward policy check`: validate `fleet.yaml` and show which clusters each rule selects."""
