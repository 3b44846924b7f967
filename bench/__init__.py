"""Measures what the warehouse costs, against other tools or against another checkout of this project."""
