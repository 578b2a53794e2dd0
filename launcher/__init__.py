"""Sets RealRecap up and keeps its processes running; the Makefile calls it as `python3 -m launcher COMMAND`.

`__main__`, `errors`, `interpreters`, `setup` and `apt_packages` run before the virtual environment exists: they use the
standard library only, and syntax that Python 3.8 reads, so that an old Python can say what is missing. All other
modules run inside `.venv`.
"""
