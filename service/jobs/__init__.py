"""Jobs: what the service was asked for, and the worker that does it."""
