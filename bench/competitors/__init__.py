"""Other ways to do the same work. `requirements-bench.lock` has the libraries that they need."""
