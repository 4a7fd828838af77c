"""The exported predictor: its card, its network, its folder, and what its users call."""
