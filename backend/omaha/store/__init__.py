"""The database: tables, one interface over PostgreSQL and SQLite, configuration read from it."""
