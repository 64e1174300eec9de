"""What can happen on an awards night, and the log that keeps it."""
