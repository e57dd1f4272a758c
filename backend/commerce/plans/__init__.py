"""Plans: what is sold at which price, and what a quantity costs by one."""
