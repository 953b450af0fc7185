"""A team's own CDK app, which adds two workflows of Redshift Steward to its data platform's stack."""

from __future__ import annotations

from redshift_steward import KeyRotation, Observation, RoleSync  # isort: skip  # before aws_cdk: it brings its own Node
from aws_cdk import App, Environment, Stack
from aws_cdk import aws_s3 as s3

app = App()
stack = Stack(app, "DataPlatform", env=Environment(account="123456789012", region="eu-central-1"))
s3.Bucket(stack, "Landing")

KeyRotation(stack, "KeyRotation", policy="fleet.yaml")
RoleSync(stack, "RoleSync", policy="fleet.yaml")
Observation(stack, "Observation", policy="fleet.yaml")

app.synth()
