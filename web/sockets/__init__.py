"""The live feed and the replay, past the application: many viewers, one loop."""
