"""What Task states call: Lambda functions, optimized integrations and AWS SDK integrations."""
