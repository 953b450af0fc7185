"""What other AWS services answer about Redshift: CloudWatch its connections, Service Quotas its limits."""
