"""The structured log that all functions write."""

from aws_lambda_powertools import Logger

logger = Logger(service="redshift-steward")
