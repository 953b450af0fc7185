"""The KMS keys that clusters are encrypted with: moto's KMS keeps them, this module asks about them."""

from moto.kms.models import KmsBackend, kms_backends

from local.redshift.errors import invalid_value

DEFAULT_KEY = "alias/aws/redshift"
"""The AWS managed key that encrypts a cluster for which no key was named."""

ENABLED = "Enabled"


class Keys:
    """The keys of one account and Region."""

    def __init__(self, account_id: str, region: str) -> None:
        self._account_id = account_id
        self._region = region

    @property
    def _backend(self) -> KmsBackend:
        return kms_backends[self._account_id][self._region]

    def resolve(self, key: str | None) -> str:
        """The ARN of a key given by id, ARN, alias or alias ARN; of the AWS managed one for None.

        An ARN that this KMS does not know is taken as it is: the key may live in another account.

        Raises:
            RedshiftError: ``InvalidParameterValue``; no such key.
        """
        wanted = key or DEFAULT_KEY
        try:
            return str(self._backend.describe_key(wanted).arn)
        except (KeyError, AttributeError) as error:
            if wanted.startswith("arn:"):
                return wanted
            raise invalid_value(f"The KMS key {wanted} does not exist.") from error

    def enabled(self, arn: str | None) -> bool:
        """Whether a key can be used; keys that this KMS does not know can."""
        try:
            return arn is None or self._backend.describe_key(arn).key_state == ENABLED
        except KeyError:
            return True

    def names(self, arn: str | None) -> list[str]:
        """What a key is called: its ARN and its aliases."""
        if arn is None:
            return []
        try:
            return [arn, *self._backend.describe_key(arn).aliases]
        except KeyError:
            return [arn]

    def declare(self, alias: str, state: str) -> str:
        """A new key under an alias, in a state (``Enabled``, ``Disabled``, ``PendingDeletion``): its ARN."""
        if self._backend.alias_exists(alias):
            return self.resolve(alias)
        key = self._backend.create_key(
            None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", f"local AWS: {alias}", []
        )
        self._backend.create_alias(key.id, alias)
        if state == "Disabled":
            self._backend.disable_key(key.id)
        if state == "PendingDeletion":
            self._backend.schedule_key_deletion(key.id, 30)
        return str(key.arn)
