"""The way in: allauth, with our people, our words and our record."""
