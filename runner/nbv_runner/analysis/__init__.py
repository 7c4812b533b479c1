"""What can be said about a notebook by reading it: pure functions over sources and syntax trees, nothing is run."""
