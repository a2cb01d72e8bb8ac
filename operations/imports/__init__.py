"""Imports: files of rows become people, accounts, opportunities and sales, through the verbs."""
