"""The KMS keys that clusters are encrypted with: moto's KMS keeps them, this module asks about them."""

from moto.kms.models import Key, KmsBackend, kms_backends

from local.redshift.errors import invalid_value

DEFAULT_KEY = "alias/aws/redshift"
"""The AWS managed key that encrypts a cluster for which no key was named."""

ENABLED = "Enabled"
SYMMETRIC = "SYMMETRIC_DEFAULT"


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
        found = self._find(wanted)
        if found is None and not wanted.startswith("arn:"):
            raise invalid_value(f"The KMS key {wanted} does not exist.")
        return wanted if found is None else str(found.arn)

    def _find(self, key: str) -> Key | None:
        """This account's and Region's key of a name; moto looks at the end of ARNs only."""
        if key.startswith("arn:") and key.split(":")[3:5] != [self._region, self._account_id]:
            return None
        try:
            return self._backend.describe_key(key)
        except (KeyError, AttributeError):
            return None

    def usable(self, key: str | None, parameter: str = "KmsKeyId") -> str:
        """The ARN of a key that something is to be encrypted with now; one of another account is believed.

        Raises:
            RedshiftError: ``InvalidParameterValue``; none of this Region, not there, of the wrong kind, or
                disabled.
        """
        arn = self.resolve(key)
        region, account = [*arn.split(":"), *("",) * 5][3:5]
        if region != self._region:
            raise invalid_value(f"{parameter}: the KMS key {key} is not in {self._region}.")
        if account != self._account_id:
            return arn
        found = self._find(arn)
        if found is None:
            raise invalid_value(f"{parameter}: the KMS key {key} does not exist.")
        if found.key_spec != SYMMETRIC:
            raise invalid_value(f"{parameter}: the KMS key {key} is not a symmetric encryption key.")
        if found.key_state != ENABLED:
            raise invalid_value(f"{parameter}: the KMS key {key} is not enabled: {found.key_state}.")
        return arn

    def enabled(self, arn: str | None) -> bool:
        """Whether a key can be used; keys that this KMS does not know can."""
        found = None if arn is None else self._find(arn)
        return found is None or bool(found.key_state == ENABLED)

    def names(self, arn: str | None) -> list[str]:
        """What a key is called: its ARN and its aliases."""
        if arn is None:
            return []
        found = self._find(arn)
        return [arn] if found is None else [arn, *found.aliases]

    def declare(self, alias: str, state: str) -> str:
        """A new key under an alias, in a state (``Enabled``, ``Disabled``, ``PendingDeletion``): its ARN."""
        if self._backend.alias_exists(alias):
            return self.resolve(alias)
        key = self._backend.create_key(None, "ENCRYPT_DECRYPT", SYMMETRIC, f"local AWS: {alias}", [])
        self._backend.create_alias(key.id, alias)
        if state == "Disabled":
            self._backend.disable_key(key.id)
        if state == "PendingDeletion":
            self._backend.schedule_key_deletion(key.id, 30)
        return str(key.arn)
