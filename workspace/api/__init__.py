"""Endpoints that join floors: accounts with their steps, the pool, handoffs with their terms."""
