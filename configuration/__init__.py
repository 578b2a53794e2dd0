"""What the settings are read from and checked by: text files, addresses, sizes.

`text_files` runs before the virtual environment exists: it uses the standard library only, and syntax that Python 3.8
reads.
"""
