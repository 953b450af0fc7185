"""What the steward knows and decides: pure functions of facts and time, without boto3, os or a clock."""
