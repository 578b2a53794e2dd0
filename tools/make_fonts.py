"""Make the fonts of the PDF recap from Source Serif 4 and Source Sans 3, and those of other scripts.

Needs Node's npm, fonttools and brotli:

    npm pack @fontsource-variable/source-serif-4@5.3.1 @fontsource-variable/source-sans-3@5.3.0 \\
        @fontsource/markazi-text@5.3.0 @fontsource/noto-serif-hebrew@5.3.0 @fontsource/noto-serif-devanagari@5.3.0 \\
        @fontsource/noto-serif-thai@5.3.0 @fontsource/noto-emoji@5.3.2
    python tools/make_fonts.py FOLDER_WITH_THE_TGZ

Each variable font is fixed at one weight and optical size. Its subsets (Latin, Greek, Cyrillic, Vietnamese) are merged
into one TrueType file, without the tables a PDF does not use. "Source" is a reserved font name, so the results are
called Recap Text, Recap Display and Recap Label. The fonts of other scripts have no reserved names and keep theirs;
they keep the tables that shape their letters, too. The licence is written beside them.
"""

from __future__ import annotations

import io
import sys
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.merge import Merger
from fontTools.subset import Options as SubsetOptions
from fontTools.subset import Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

OUTPUT = Path(__file__).resolve().parent.parent / "pipeline" / "render" / "pdf" / "font_files"
SUBSETS = ("latin", "latin-ext", "vietnamese", "greek", "greek-ext", "cyrillic", "cyrillic-ext")
SERIF = "source-serif-4"
SANS = "source-sans-3"
LAYOUT_TABLES = ("GSUB", "GPOS", "GDEF", "BASE")
ALL = ("*",)


@dataclass(frozen=True)
class FontRecipe:
    """One font to make: `axes` are design coordinates, `features` the layout features to keep ("*": all)."""

    family: str
    style: str
    package: str
    pattern: str
    axes: dict[str, float] = field(default_factory=dict)
    features: tuple[str, ...] = ()
    subsets: tuple[str, ...] = SUBSETS

    @property
    def name(self) -> str:
        return f"{self.family.replace(' ', '')}-{self.style}"


RECIPES = (
    FontRecipe("Recap Text", "Regular", SERIF, "opsz-normal", {"wght": 400, "opsz": 11}),
    FontRecipe("Recap Text", "Italic", SERIF, "opsz-italic", {"wght": 400, "opsz": 11}),
    FontRecipe("Recap Text", "Semibold", SERIF, "opsz-normal", {"wght": 620, "opsz": 11}),
    FontRecipe("Recap Display", "Regular", SERIF, "opsz-normal", {"wght": 420, "opsz": 48}, features=("kern",)),
    FontRecipe("Recap Label", "Regular", SANS, "wght-normal", {"wght": 420}),
    FontRecipe("Recap Label", "Semibold", SANS, "wght-normal", {"wght": 620}),
    FontRecipe("Markazi Text", "Regular", "markazi-text", "400-normal", features=ALL, subsets=("arabic",)),
    FontRecipe("Markazi Text", "Semibold", "markazi-text", "600-normal", features=ALL, subsets=("arabic",)),
    FontRecipe("Noto Serif Hebrew", "Regular", "noto-serif-hebrew", "400-normal", features=ALL, subsets=("hebrew",)),
    FontRecipe(
        "Noto Serif Devanagari", "Regular", "noto-serif-devanagari", "400-normal", features=ALL, subsets=("devanagari",)
    ),
    FontRecipe("Noto Serif Thai", "Regular", "noto-serif-thai", "400-normal", features=ALL, subsets=("thai",)),
    FontRecipe("Noto Emoji", "Regular", "noto-emoji", "400-normal", subsets=("emoji",)),
)


def read_package(folder: Path, package: str) -> dict[str, bytes]:
    """The files of a packed npm package by name. Raises FileNotFoundError if the package is not in `folder`."""
    found = sorted(folder.glob(f"*{package}-[0-9]*.tgz"))
    if not found:
        raise FileNotFoundError(f"no {package} package (.tgz) in {folder}")
    with tarfile.open(found[-1]) as archive:
        files = ((member.name, archive.extractfile(member)) for member in archive)
        return {Path(name).name: file.read() for name, file in files if file}


def make_subset(data: bytes, recipe: FontRecipe, taken: set[int]) -> TTFont | None:
    """One subset at the recipe's weight, without the characters in `taken`; None if nothing is left."""
    font = TTFont(io.BytesIO(data))
    if recipe.axes:
        font = instancer.instantiateVariableFont(font, recipe.axes, inplace=True)
    wanted = set(font.getBestCmap()) - taken
    if not wanted:
        return None
    options = SubsetOptions(hinting=False, layout_features=list(recipe.features), notdef_outline=True)
    options.drop_tables += ["STAT", "gasp", "DSIG", "MVAR"] + ([] if recipe.features else list(LAYOUT_TABLES))
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    taken |= wanted
    return font


def rename(font: TTFont, recipe: FontRecipe) -> None:
    """Give the font its new name and keep its copyright line."""
    copyright_line = font["name"].getDebugName(0)
    font["name"].names = []
    texts = {0: copyright_line, 1: recipe.family, 2: recipe.style, 4: f"{recipe.family} {recipe.style}", 6: recipe.name}
    texts[13] = "SIL Open Font License, Version 1.1"
    texts[14] = "https://openfontlicense.org"
    for number, text in texts.items():
        font["name"].setName(text, number, 3, 1, 0x409)


def make_font(recipe: FontRecipe, files: dict[str, bytes], target: Path) -> None:
    """Write one font. Raises ValueError if its digits differ in width, in a font for times."""
    taken: set[int] = set()
    with TemporaryDirectory() as folder:
        parts = []
        for subset in recipe.subsets:
            data = files.get(f"{recipe.package}-{subset}-{recipe.pattern}.woff2")
            font = make_subset(data, recipe, taken) if data else None
            if font:
                parts.append(str(Path(folder, f"{subset}.ttf")))
                font.flavor = None
                font.save(parts[-1])
        created = TTFont(parts[0])["head"].created
        merged = Merger().merge(parts) if len(parts) > 1 else TTFont(parts[0])
    rename(merged, recipe)
    merged["post"].formatType = 3.0
    letters = merged.getBestCmap()
    widths = {merged["hmtx"][letters[ord(digit)]][0] for digit in "0123456789" if ord(digit) in letters}
    if recipe.package in (SERIF, SANS) and len(widths) != 1:
        raise ValueError(f"{recipe.name}: digits have the widths {widths}")
    # The same packages always give the same bytes.
    merged["head"].created = merged["head"].modified = created
    merged.recalcTimestamp = False
    merged.save(target)


def write_licence(packages: dict[str, dict[str, bytes]]) -> None:
    """Write the licence with the copyright line of each original font."""
    owners = []
    for recipe in RECIPES:
        data = packages[recipe.package][f"{recipe.package}-{recipe.subsets[0]}-{recipe.pattern}.woff2"]
        line = TTFont(io.BytesIO(data))["name"].getDebugName(0)
        owners += [line] if line not in owners else []
    body = packages[SERIF]["LICENSE"].decode("utf-8")
    body = body[body.index("This Font Software is licensed") :]
    changed = "Recap Text and Recap Display are made from Source Serif 4, Recap Label from Source Sans 3."
    (OUTPUT / "OFL.txt").write_text("\n".join([*owners, "", changed, "", body]), "utf-8")


def main(folder: Path) -> None:
    """Make all fonts from the packages in `folder`."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    packages = {name: read_package(folder, name) for name in dict.fromkeys(recipe.package for recipe in RECIPES)}
    write_licence(packages)
    for recipe in RECIPES:
        target = OUTPUT / f"{recipe.name}.ttf"
        make_font(recipe, packages[recipe.package], target)
        count = len(TTFont(target).getBestCmap())
        print(f"{target.name}: {target.stat().st_size / 1000:.0f} KB, {count} characters")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
