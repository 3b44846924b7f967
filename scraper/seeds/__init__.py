"""The lists that analysts own: their columns, and how their files are read."""
