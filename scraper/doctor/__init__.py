"""What `make doctor` looks at. Each check says one thing in one line, with the remedy, and changes nothing."""
