"""IAM in local AWS: who makes a call, and whether they may.

Users and sessions of roles that moto's IAM knows are under their policies, as on AWS; every other access key,
such as ``test``, is the account's root user, whom nothing restricts, so that anybody can look and try. Only
function URLs verify signatures: what calls the APIs on localhost is trusted to be who it says.

- who: `identity` finds the caller by the access key, `signature` verifies Signature Version 4
- what they are under: `principals` (own, group's, boundary's and session's policies, tags)
- what a call needs: `redshift` (every call of it), `services` (of DynamoDB, S3, KMS, SNS, EventBridge, Step
  Functions, Lambda, IAM, CloudTrail, CloudWatch and Service Quotas the calls that workflows make; other calls
  and services stay open)
- whether policies say so: `authorization` asks them, `policy` reads statements, `conditions` and `patterns`
  evaluate them
- where: `gate` stands before moto's services, Redshift's own answers ask themselves

Not evaluated: service control policies, policies of buckets and queues, trust policies of AssumeRole.
"""
