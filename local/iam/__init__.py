"""Identity and access in local AWS."""
