"""Real PostgreSQL and MariaDB servers, and two of MongoDB's protocol, for the tests: started for one run, and gone after it."""
