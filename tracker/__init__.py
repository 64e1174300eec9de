"""What the events mean: rules, board, frames; no clock and no I/O but in `desk`."""
