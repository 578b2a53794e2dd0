"""How people speak: what they say besides the matter, in one table per language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from re import Pattern

from pipeline.languages import base_code

HESITATIONS = r"uh+|um+|uhm+|erm*|e+h+m*|hm+|m{2,}|mm-?hmm?|uh-huh|a+h|ä+hm*|ö+hm*|euh+|äh+|eh"
"""Sounds that no language of the list takes for a word."""


NEVER = r"(?!)"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechWords:
    """The words of one language that say nothing of the matter, or tell where a name of a thing begins.

    - `asides`: what may go where commas set it off. `openers`: what may go at the start of a sentence;
      the group `join` stays.
    - `doubles`: words that may stand twice. `short`: words of one or two letters.
    - `fillers`: words that weigh nothing, besides the stop words.
    - `references`: a sentence that begins so is about what was said before it.
    - `determiners`: what stands before a noun. `heralds`: what stands before a verb or an adjective.
    - `linkers`: what may stand within the name of a thing. `pronouns`: two in a row are a false start.
    - `no_noun`: how words look that are no nouns. `adverb`: how adverbs end.
    """

    asides: Pattern[str]
    openers: Pattern[str]
    doubles: frozenset[str]
    short: frozenset[str]
    fillers: frozenset[str]
    references: frozenset[str]
    determiners: frozenset[str]
    heralds: frozenset[str]
    linkers: frozenset[str]
    pronouns: frozenset[str]
    no_noun: Pattern[str]
    adverb: Pattern[str]


def _make(
    asides: str, openers: str, joins: str, *, doubles: str, short: str, fillers: str, references: str, determiners: str,
    heralds: str, linkers: str, pronouns: str, no_noun: str,
    adverb: str = NEVER,
) -> SpeechWords:  # fmt: skip
    return SpeechWords(
        asides=re.compile(rf"(?:,\s*(?:{asides}))+\s*(?:,|(?=[.?!]))|^(?:{asides})\s*,\s*", re.IGNORECASE),
        openers=re.compile(rf"^(?P<join>(?:{joins}),?\s+)?(?:(?:{openers})(?![\w'])[,.;]*\s+)+", re.IGNORECASE),
        doubles=_words(doubles),
        short=_words(short),
        fillers=_words(fillers),
        references=_words(references),
        determiners=_words(determiners),
        heralds=_words(heralds),
        linkers=_words(linkers),
        pronouns=_words(pronouns),
        no_noun=re.compile(no_noun),
        adverb=re.compile(adverb),
    )


TABLES = {
    "en": _make(
        "you know|i mean|you see|like|okay|ok|yeah|well|right|anyway|i guess|sort of|kind of|i dunno|alright",
        "okay|ok|well|yeah|yep|right|alright|all right|oh|anyway|mm'kay|sorry|i mean",
        "so|and|but",
        doubles="that had very no really bye ha zero one two three four five six seven eight nine ten twenty thirty",
        short="a i o am an as at be by do go he hi if in is it me my no of oh ok on or so to up us we tv uk eu pc id",
        fillers="""themselves himself herself itself ourselves yourself somehow somewhat somewhere yeah yep yes
            nope okay ok mm'kay like know think mean want gonna wanna got getting lot lots bit stuff thing things
            something anything everything somebody someone people actually basically really just maybe probably
            guess sort kind kinda sorta whatever anyway though alright course exactly sure fine great nice cool
            oh ah wow hey hello hi sorry please thank thanks look looking see say saying said says tell put take
            make makes making come comes coming talk talking try trying use used using way ways different whole
            quite pretty little big new old first second last next today time point part might must may need
            needs let's don't that's it's i'm you're we're they're i've you've we've they've i'll we'll you'll
            they'll i'd you'd we'd can't won't didn't doesn't isn't wasn't aren't there's what's he's she's
            couldn't wouldn't shouldn't haven't hasn't hadn't weren't let's idea question interesting important
            done doing made happen happening happens work works working mr mrs ms dr sir guys gentlemen minute
            minutes meeting today's again already always never ever even else still yet another every each both
            few many much well good better best bad ask asked asking feel believe remember understand hear heard
            give gave given goes went gone start started stop keep kept called call find found seem seems show
            shows mind stuff back around down off away here there where hopefully obviously certainly definitely
            perhaps ones right wrong able hundred thousand one two three four five six seven eight nine ten
            twenty thirty forty fifty eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
            seventy eighty ninety morning afternoon evening terms least versus takes indeed moment colleague
            honourable member members half percent per""",
        references="it that this these those they he she them him his her its their which because or there",
        determiners="""the a an this that these those my your our their his her its some any no every each all
            both another of for with about in on by from at into between without""",
        heralds="""i you we they he she it to will would can could should must don't didn't won't not who let's
            is are was were be been being it's that's very more most so too really pretty quite just only""",
        linkers="of for and",
        pronouns="i you we they he she it",
        no_noun="ly$|^[a-z]+n't$",
        adverb="ly$",
    ),
    "nl": _make(
        "weet je|weet je wel|zeg maar|ik bedoel|nou|oké|ok|ja|hè|hoor|toch|eigenlijk|laat maar zeggen",
        "oké|ok|nou|ja|nou ja|goed|prima|juist|tja|ach|nou goed",
        "dus|en|maar",
        doubles="dat die heel ja nee een twee drie vier vijf zes zeven acht negen tien",
        short="u al af de en er ik in is je me na nu of om op te tv uw we wc ze zo ja",
        fillers="""ja nee oké ok hè hoor weet denk bedoel vind zeg zeggen gezegd eigenlijk gewoon misschien
            natuurlijk precies inderdaad soort beetje dingen ding even toch nogal best heel erg echt anders
            allemaal iemand iedereen mensen zo'n zeker leuk mooi kijk kijken komt komen gaat krijgen maken
            gemaakt vraag dank bedankt alsjeblieft hallo wel maar laten moeten willen""",
        references="het dat dit deze die ze zij hij hem daar daarvan daarom want er",
        determiners="""de het een dit dat deze die mijn jouw je onze ons hun zijn haar geen elke alle van voor
            met over in op aan""",
        heralds="ik jij je we wij ze zij hij u te zal zou kan moet wil is zijn was heel erg meer zo",
        linkers="van voor en",
        pronouns="ik jij we wij hij",
        no_noun="lijk$|^ge[a-z]+d$",
    ),
    "de": _make(
        "weißt du|wissen sie|ich meine|sagen wir mal|sozusagen|halt|na ja|naja|okay|ok|ja|gell|oder|genau",
        "okay|ok|ja|na ja|naja|nun|gut|genau|also gut|ach|tja",
        "also|und|aber",
        doubles="die das der sie den sehr ja nein eins zwei drei vier fünf sechs sieben acht neun zehn",
        short="ab am an da du er es im in ja je ob so um wo zu tv pc",
        fillers="""ja nein okay ok genau halt eben quasi sozusagen eigentlich vielleicht natürlich wahrscheinlich
            irgendwie weiß denke meine glaube finde sagen sagt gesagt mal schon noch doch einfach ganz wirklich
            sehr bisschen ding dinge sache sachen leute jemand alle jeder gut schön klar danke bitte hallo frage
            schauen gucken kommt machen gemacht macht gehen geht möchte müssen wollen können""",
        references="es das dies diese dieser sie er ihn ihm dann da deshalb deswegen weil denn",
        determiners="""der die das den dem des ein eine einen einem einer eines dieser diese dieses mein meine
            dein unser unsere ihr ihre kein keine jeder jede alle von für mit über in im am zum zur bei aus""",
        heralds="ich du wir sie er es man zu werden wird würde kann muss soll nicht ist sind war sehr mehr so",
        linkers="von für und der des",
        pronouns="ich du wir er es",
        no_noun="^[a-zäöü]",
    ),
    "fr": _make(
        "tu sais|vous savez|je veux dire|tu vois|vous voyez|bon|ben|bah|quoi|hein|voilà|d'accord|ok|en fait|disons",
        "ok|okay|bon|ben|bah|eh bien|oui|ouais|d'accord|voilà|alors|bref",
        "donc|et|mais",
        doubles="nous vous très oui non deux trois quatre cinq six sept huit neuf dix",
        short="a à y ai as au ça ce de du en es et eu il je la le ma me ne ni on ou où sa se si ta te tu un va vu tv",
        fillers="""oui ouais non bon ben bah voilà hein quoi enfin donc alors accord okay ok sais pense veux dire
            vois crois trouve dit disons vraiment juste peut-être surtout fait faire petit peu chose choses truc
            trucs gens quelqu'un monde exactement bien sûr merci bonjour question regarder voir va aller vient
            mettre faut falloir""",
        references="il elle ils elles ce cela ça c'est ceci ceux celle celui lui leur parce car y en",
        determiners="""le la les l un une des du de d ce cette ces mon ma mes ton notre nos votre vos leur leurs
            aucun chaque tout toute pour avec sur dans au aux""",
        heralds="je j tu nous vous on il elle ils elles ne pas à va vais allons est sont était très plus",
        linkers="de du des d la le l à et pour",
        pronouns="je tu on il elle ils elles",
        no_noun="(?:er|ez|é)$",
        adverb="ment$",
    ),
    "es": _make(
        "sabes|ya sabes|o sea|digamos|quiero decir|bueno|pues|vale|claro|verdad|no|eh|en fin",
        "vale|bueno|pues|sí|ok|okay|claro|a ver|bien|en fin",
        "entonces|y|pero",
        doubles="muy sí no uno dos tres cuatro cinco seis siete ocho nueve diez",
        short="a e o u y al da de dé di el en es ha he la le lo me mi mí ni no os se si sé su te tu tú un va ve ya yo",
        fillers="""sí no bueno pues vale claro entonces creo pienso sabes digamos decir digo dice quiero
            realmente solo quizás tal vez también poco cosa cosas gente alguien todos todo exactamente bien
            gracias hola pregunta mirar ver va ir viene poner hacer hecho hace tener hay tipo""",
        references="él ella ellos ellas esto eso esta este estos esas lo la porque pues aquello",
        determiners="""el la los las un una unos unas este esta estos estas ese esa mi tu su nuestro nuestra sus
            cada todo toda ningún de del para con sobre en al""",
        heralds="yo tú nosotros ellos él ella no se vamos va voy a es son está muy más",
        linkers="de del la el los las y para",
        pronouns="yo tú nosotros ellos",
        no_noun="(?:mente|ando|iendo|ar|er|ir)$",
        adverb="mente$",
    ),
}  # fmt: skip
"""By language."""


def speech_words(language: str) -> SpeechWords | None:
    """The table of a language given as "en" or "en-GB"; None if there is none."""
    return TABLES.get(base_code(language))
