"""Sets RealRecap up and keeps its processes running; the Makefile calls it as `python3 -m launcher COMMAND`.

These modules run before the virtual environment exists: `__main__`, `errors`, `early_checks`, `run_lock`,
`apt_packages`, `interpreters`, `uv`, `package_index`, `incomplete_packages`, `packages` and `setup`, and with them
`configuration.text_files`. They use the standard library only, and syntax that Python 3.8 reads, so that an old Python
can report what is missing. All other modules run inside `.venv`.
"""
