"""Activities, next steps, opportunities and sales, for programs."""
