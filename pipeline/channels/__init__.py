"""Recordings with a person on each channel or sound track: telephone calls, and what recorders of calls write.

While an upload is decoded, `detect` tells such channels from ordinary stereo by their `levels`, and `line` keeps their
samples one channel after another. So speech is found and recognized in a single recording, in which no two people speak
at once. `crosstalk` turns down what one channel has of another, `echoes` drops words that came through all the same,
`people` says who speaks, and `fold` puts all of it at its time.
"""
