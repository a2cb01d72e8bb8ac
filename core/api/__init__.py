"""What every endpoint shares, and the endpoints of this room."""
