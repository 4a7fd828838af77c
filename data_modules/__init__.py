"""Files, people, labels, pixels: everything a face is before it is a tensor."""
