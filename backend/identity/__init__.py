"""Who is calling: accounts, sessions and the principals made from them."""
