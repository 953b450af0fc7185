"""The only importers of boto3. Each adapter states the IAM actions of its calls, beside the calls."""
