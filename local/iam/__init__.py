"""IAM in local AWS: who makes a call, and whether they may.

Users and sessions of roles that moto's IAM knows are under their policies, as on AWS; every other access key,
such as ``test``, is the account's root user and unrestricted, so that anybody can try local AWS. Only
function URLs verify signatures; on localhost the access key is trusted.

- the caller: `identity` finds it by the access key, `signature` verifies Signature Version 4
- its policies: `principals` (own, group's, boundary's and session's policies, tags)
- the permissions that a call needs: Redshift registers them with each call
  (`local.redshift.api.permissions`); `services` has those of the other
  services' calls that workflows make, and of those that hand over a role (`pass_role`);
  all other calls are open
- what services may do in their own name: `service_roles` (assume a role), `topic_keys` (use a topic's key)
- the decision: `authorization`, from the statements (`policy`) with their `conditions` and `patterns`
- enforcement: `gate` for moto's services; Redshift and function URLs call `authorize` themselves

Not evaluated: service control policies, policies of buckets and queues, those of topics for services.
CloudFormation deploys with all rights, whatever its caller or its role may do.
"""
