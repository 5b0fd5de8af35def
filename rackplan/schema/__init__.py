"""What a user may write, and loading it: every error at once, with its line and its cure."""
