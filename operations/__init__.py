"""Running Steward: the night, imports, checks, the demo company, and their commands."""
