"""The bounds that a stranger meets, tried against the release binary."""
