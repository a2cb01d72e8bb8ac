"""Accounts, contacts and policies, for programs."""
