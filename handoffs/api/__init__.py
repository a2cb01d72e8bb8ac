"""Handoffs and their briefs, for programs."""
