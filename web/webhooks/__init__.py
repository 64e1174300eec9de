"""What others are told of the night, signed, in order and until it arrives."""
