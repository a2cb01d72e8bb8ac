"""Plans and ledgers, for programs."""
