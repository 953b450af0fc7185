"""What each state type does, and the sequence that runs state after state."""
