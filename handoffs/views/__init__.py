"""One module per noun: they translate between pages and verbs."""
