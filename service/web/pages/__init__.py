"""Pages for people: rendered by the server from the reads of the API, with the templates of the day report."""
