"""German."""

from __future__ import annotations

import re

from pipeline.summarize.cues.table import Cues, one_of

DAY = r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)"
MONTH = r"(?:januar|jänner|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)"
SPAN = r"tag(?:es)?|woche|wochenende|monats?|quartals?|sommers?|herbst(?:es)?|winters?|jahr(?:es)?"
PERIOD = rf"(?:{SPAN}|{MONTH}|{DAY})"
NUMBER = r"(?:\d+|einem|einer|ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|ein paar)"
BY = r"(?:spätestens(?: bis)?(?: zum| am)?|bis(?: spätestens)?(?: zum?r?)?|vor(?: dem)?|am|im|in|an|zum|ab)"
WONDER = r"(?:ob|was|wer|wann|wo|wie|warum|welche[rsmn]?)"

CUES = Cues(
    filler=re.compile(
        r"^(?:(?:und|aber|also|dann|gut|okay|ok|ja|genau|super|prima|nun|jetzt|vielleicht|ich denke"
        r"|danke)\b[,;.]?\s+)+",
        re.IGNORECASE,
    ),
    decision=one_of(
        r"(?:wir|sie|alle|der (?:rat|ausschuss|vorstand)|das team|die gruppe) (?:haben|hat) (?:uns |sich )?"
        r"(?:[\w ,]+ )?(?:beschlossen|entschieden|vereinbart|geeinigt|abgemacht)\b",
        r"wir (?:beschließen|einigen uns|vereinbaren|entscheiden uns)\b",
        r"(?:es|das) (?:ist|wurde|wird) (?:hiermit |damit |nun )?(?:beschlossen|entschieden|vereinbart|genehmigt)\b",
        r"(?:die|unsere) entscheidung (?:ist|lautet)\b",
        r"wir nehmen (?:die|den|das)\b",
        r"wir bleiben (?:bei|dabei)\b",
        r"(?:dann |so )?machen wir (?:das|es) so\b",
    ),
    approval=one_of(
        r"(?:der|dieser|ihr) (?:vorschlag|antrag|plan|haushalt|beschluss) (?:ist|wurde|wird) "
        r"(?:\w+ )?(?:angenommen|genehmigt|abgelehnt|bewilligt|verabschiedet)\b",
    ),
    proposal=one_of(r"ich (?:schlage vor|würde vorschlagen|beantrage)\b", r"mein vorschlag (?:ist|wäre)\b"),
    promise=one_of(
        r"(?:ich werde|dann werde ich|werde ich)\b(?! (?:nicht|nie))",
        r"ich (?:kümmere mich|übernehme|erledige|schicke|sende|mache|schreibe|rufe|frage|bereite|kläre|prüfe"
        r"|melde|zeige|bringe|liefere|organisiere|vereinbare|informiere|bestelle|besorge|leite)\b",
        r"(?:das )?(?:übernehme|erledige|mache|kläre) ich\b",
    ),
    joint=one_of(r"wir (?:werden|müssen)\b"),
    condition=re.compile(r"^(?:wenn|falls|sobald)\b", re.IGNORECASE),
    assigned=one_of(
        r"(?-i:(?P<owner>[A-ZÄÖÜ]\w+)) (?:kümmert sich|übernimmt)\b",
        r"(?-i:(?P<owner_2>[A-ZÄÖÜ]\w+)) ist (?:verantwortlich|zuständig) für\b",
    ),
    dated=re.compile(
        r"^(?-i:(?P<owner>(?!Es|Das|Die|Der|Dies|Wir|Sie|Er|Ich|Du|Ihr|Alle|Niemand|Man"
        r"|Jemand)[A-ZÄÖÜ]\w+)) (?:wird|soll|muss)\b",
        re.IGNORECASE,
    ),
    request=re.compile(
        r"^(?-i:(?P<name>[A-ZÄÖÜ]\w+)),? (?:bitte|(?:kannst|könntest|würdest) du|(?:können|könnten|würden) sie)\b"
        r"|^bitte \w{3,}|^(?:kannst|könntest|würdest) du\b|^(?:können|könnten|würden) sie\b|\w{3,} (?:du "
        r"|sie )?bitte\b",
        re.IGNORECASE,
    ),
    no_task=one_of(
        r"(?:mich|uns)(?: \w+)? (?:hören|verstehen|sehen)\b",
        r"ich werde (?:ehrlich|mich kurz)\b",
        r"ich mache mir\b",
        r"ich frage mich\b",
    ),
    within=one_of(
        r"(?:das fenster|die tür)(?: \w+)? (?:zu|auf|schließen|öffnen)",
        r"(?:schreibe?|notiere?) (?:das|es|mir)(?: \w+){0,2}(?: auf| mit)?(?=[.,!]|$)",
        r"ich (?:werde|will|möchte)(?: \w+){0,4} (?:vorlesen|erklären|zeigen|anfangen|aufschreiben|notieren"
        r"|zusammenfassen"
        r"|wiederholen|erzählen|weitermachen|beginnen|starten|vorstellen|sagen|beantworten|eingehen|aufhören)\b",
        r"ich (?:fange|beginne|übergebe|zeige|erkläre|wiederhole|lese|gehe|mache (?:weiter|das fenster|die tür)"
        r"|sage|erzähle)\b",
        r"(?:kannst|können|könntest|könnten|würdest|würden) (?:du|sie|ihr)(?: \w+){0,4} (?:wiederholen|erklären|zeigen"
        r"|erzählen|vorlesen|anfangen|weitermachen|sprechen|hören|sagen|zurückgehen|beantworten|vorstellen)\b",
    ),
    now=one_of(r"(?:heute|jetzt|gleich|sofort|in dieser (?:sitzung|besprechung))\b"),
    consent=re.compile(
        r"^(?:ja|klar|gerne?|sicher|natürlich|okay|ok|gut|kein problem|mache ich|mach ich"
        r"|in ordnung)\b",
        re.IGNORECASE,
    ),
    due=one_of(
        rf"(?:{BY} )?(?:ende|anfang|mitte) (?:des |der |dieser |dieses |nächster |nächsten )?{PERIOD}\b",
        rf"(?:{BY} )?\d{{1,2}}\. ?{MONTH}\b",
        rf"(?:{BY} )?(?:übermorgen|heute(?: (?:nachmittag|abend|vormittag))?|morgen(?: (?:früh|nachmittag|abend"
        rf"|vormittag))?)\b",
        rf"(?:{BY} )?(?:(?:diese|nächste|kommende)[nrs]?) (?:sitzung|{PERIOD})\b",
        rf"{BY} (?:{MONTH}|{DAY}(?:morgen|nachmittag|abend)?)\b",
        rf"(?:innerhalb von|binnen|in) {NUMBER} (?:stunden?|tag(?:en)?|wochen?|monat(?:en)?)\b",
        r"so (?:schnell|bald) wie möglich\b",
    ),
    asks=re.compile(
        r"^(?:wer|was|wann|wo|wohin|warum|wieso|wie|welche[rsmn]?|ist|sind|hat|haben|kann|können|soll|sollen"
        r"|wird|werden|gibt)\b",
        re.IGNORECASE,
    ),
    unknown=one_of(
        r"(?:ich|wir) (?:weiß|wissen)(?: es| das)? (?:noch |auch |leider )*nicht\b",
        r"das (?:weiß ich|wissen wir) (?:noch |auch |leider )*nicht\b",
        r"(?:ich bin|wir sind) (?:mir |uns )?(?:\w+ )?nicht (?:\w+ )?sicher\b",
        r"keine ahnung\b",
        r"(?:das|es) ist (?:noch |auch )*(?:unklar|offen|nicht klar|eine gute frage)\b",
        r"gute frage\b",
        r"(?:das )?müssen wir (?:noch )?klären\b",
    ),
    open_statement=one_of(
        rf"(?:ich|wir) (?:weiß|wissen) (?:noch |auch |leider )*nicht,? {WONDER}\b",
        rf"(?:es|das) ist (?:noch )*(?:unklar|offen|nicht klar|fraglich),? {WONDER}\b",
        rf"niemand weiß,? {WONDER}\b",
        r"(?:die|eine) offene frage ist\b",
    ),
    idle=one_of(
        r"weiß(?: es| das)?(?: noch| auch| gar)* nicht,? (?:was ich|wie ich|warum ich|ob ich|ob du|wie man|was du"
        r"|was sie meinen)\b"
    ),
    topic=one_of(
        r"(?:der |das )?(?:erste|zweite|dritte|vierte|fünfte|nächste|letzte)[rs]? (?:tagesordnungspunkt|punkt|thema)"
        r"(?: auf der (?:tagesordnung|agenda))? ist (?P<title>[^,.;!?]+)",
        r"(?:kommen wir|wir kommen) (?:nun |jetzt )?zu[mr]? (?P<title_2>[^,.;!?]+)",
        r"(?:lassen sie uns|lasst uns|wir) (?:über (?P<title_3>[^,.;!?]+) (?:sprechen|reden))",
    ),
    closing=one_of(r"(?:zusammengefasst|zusammenfassend|kurz gesagt|die wichtigsten punkte|ich fasse zusammen)\b"),
    courtesy=one_of(
        r"(?:guten (?:morgen|tag|abend)|willkommen|hallo|auf wiedersehen|tschüss)\b",
        r"(?:vielen |herzlichen )?dank für\b",
        r"(?:erste|nächste|letzte) frage\b",
        r"(?:sitzung|besprechung) (?:wird aufgezeichnet|ist geschlossen|ist beendet)\b",
    ),
    stop_words=frozenset(
        """aber alle als also am an auch auf bei bin bis bitte da dann das dass dem den der des die dies diese doch du
        ein eine einem einen einer er es etwas für gibt gut habe haben hat hier ich ihr im in ist ja jetzt kann können
        machen man mehr mich mir mit muss müssen nach nein nicht noch nun nur ob oder schon sehr sein sich sie sind so
        soll über um und uns von vor war waren was weil wenn wer werden wie wir wird wo zu zum zur""".split()
    ),
)
