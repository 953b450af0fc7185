"""`steward doctor`: is everything in place for the next run? Each answer says what to do."""
