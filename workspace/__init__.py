"""Pages that join the floors: what a person sees."""
