"""From a transcript to its summary, written by a language model or put together from quotes.

`selection` chooses the summarizer; `engine` has the protocol that both kinds follow.
"""
