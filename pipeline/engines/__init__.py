"""The speech engines, each in a folder with one file that implements it; `catalogue` lists them."""
