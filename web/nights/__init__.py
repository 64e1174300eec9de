"""The read side: every ceremony's log, projected and told frame by frame."""
