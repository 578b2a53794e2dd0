"""What RealRecap uses of text2num, which has no type hints of its own."""

from collections.abc import Sequence
from typing import Protocol

class Token(Protocol):
    def text(self) -> str: ...
    def nt_separated(self, previous: Token) -> bool: ...
    def not_a_number_part(self) -> bool: ...

class Occurence:
    start: int
    end: int
    text: str
    value: float
    is_ordinal: bool

def alpha2digit(text: str, lang: str, threshold: float = ...) -> str: ...
def find_numbers(input: Sequence[Token], lang: str, threshold: float = ...) -> list[Occurence]: ...
