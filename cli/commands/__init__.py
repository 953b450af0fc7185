"""The commands, a file a group: their names and options. What they do is loaded when they run."""
