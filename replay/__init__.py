"""Time: recordings, and the clock and playhead that bring them back."""
