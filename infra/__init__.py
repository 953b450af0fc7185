"""The infrastructure: one CDK stack per environment of the policy."""
