"""Real PostgreSQL and MariaDB servers for the tests: started for one run, each with a password of its own, and gone after it."""
