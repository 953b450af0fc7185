"""Local AWS: the AWS APIs that the steward uses, served on localhost, with a Redshift that behaves."""
