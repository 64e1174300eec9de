"""What the `tracker` command does beside serving: a client of the doors like any other."""
