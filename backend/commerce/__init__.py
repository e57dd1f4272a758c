"""What a customer bought, and what that means: see the README of this folder."""
