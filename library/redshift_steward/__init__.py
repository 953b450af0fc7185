"""Redshift Steward as a package of other people's environments.

`redshift_steward.constructs` has the workflows for a CDK app; the command `steward` comes along. This module
imports neither, so that the command does not wait for CDK.
"""
