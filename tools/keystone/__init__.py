"""The project's command-line tool: sets up, runs, tests and checks the suite."""
