"""Recordings made of stretches of others: one meeting joined of several recordings, or a part of a long one.

Their words are those that were heard already, at other times. Speakers are found anew in the whole sound, so that a
voice is one person in all parts; names and corrections follow by their times.
"""
