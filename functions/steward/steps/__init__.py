"""The steps of the workflows, one file each: adapters bring facts, the domain decides, adapters act."""
