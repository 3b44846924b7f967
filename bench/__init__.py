"""What the warehouse costs, and how the cost grows with the history."""
