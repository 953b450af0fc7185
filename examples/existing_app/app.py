"""A team's own CDK app, which adds two workflows of Redshift Steward to its data platform's stack."""

from aws_cdk import App, Environment, Stack
from aws_cdk import aws_s3 as s3

from redshift_steward.constructs import Monitoring, RotateKeysWorkflow, SyncRolesWorkflow

app = App()
stack = Stack(app, "DataPlatform", env=Environment(account="123456789012", region="eu-central-1"))
s3.Bucket(stack, "Landing")

RotateKeysWorkflow(stack, "RotateKeysWorkflow", policy="fleet.yaml")
SyncRolesWorkflow(stack, "SyncRolesWorkflow", policy="fleet.yaml")
Monitoring(stack, "Monitoring", policy="fleet.yaml")  # after the workflows that it is about

app.synth()
