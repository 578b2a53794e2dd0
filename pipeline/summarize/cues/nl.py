"""Dutch."""

from __future__ import annotations

import re

from pipeline.summarize.cues.table import Cues, one_of

DAY = r"(?:maan|dins|woens|donder|vrij|zater|zon)dag"
MONTH = r"(?:januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december)"
PERIOD = rf"(?:dag|week|weekend|maand|kwartaal|zomer|najaar|winter|voorjaar|jaar|{MONTH}|{DAY})"
NUMBER = r"(?:\d+|een|één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|een paar)"
BY = r"(?:uiterlijk|vóór|voor|tot|op|in|per|binnen|tegen)"
WONDER = r"(?:of|wat|wie|wanneer|waar|hoe|waarom|welke?)"

CUES = Cues(
    filler=re.compile(
        r"^(?:(?:en|maar|dus|dan|nou|nu|oké|ok|goed|ja|prima|ook|eigenlijk|misschien|ik denk dat|dank je"
        r"|bedankt)\b[,;.]?\s+)+",
        re.IGNORECASE,
    ),
    decision=one_of(
        r"(?:we|wij|ze|iedereen|de (?:raad|commissie|groep|vergadering)|het (?:bestuur|team)) (?:hebben|heeft"
        r"|zijn|is) "
        r"(?:[\w ,]+ )?(?:besloten|afgesproken|overeengekomen|vastgesteld)\b",
        r"(?:we|wij) besluiten\b",
        r"(?:er|het|dat) (?:is|wordt|werd) (?:\w+ )*(?:besloten|afgesproken|goedgekeurd)\b",
        r"(?:het|ons) besluit is\b",
        r"laten we (?:kiezen|gaan) voor\b",
        r"(?:we|wij) (?:gaan|kiezen) voor\b",
    ),
    approval=one_of(
        r"(?:het|dit|dat) (?:voorstel|plan|budget|amendement) (?:is|wordt|werd) "
        r"(?:\w+ )?(?:goedgekeurd|aangenomen|aanvaard|verworpen)\b",
        r"de motie (?:is|wordt|werd) (?:\w+ )?(?:aangenomen|verworpen)\b",
    ),
    proposal=one_of(r"ik (?:stel voor|zou (?:willen )?voorstellen)\b", r"mijn voorstel is\b"),
    promise=one_of(
        r"ik (?:zal|ga)\b(?! (?:niet|nooit))",
        r"(?:dan )?(?:zal|ga) ik\b(?! (?:niet|nooit))",
        r"ik (?:neem|pak) (?:dat|het|dit) op\b",
        r"ik (?:zorg|regel|stuur|maak|bel|vraag|schrijf|bereid|mail|plan|check|controleer"
        r"|lever|overleg|organiseer|laat)\b",
    ),
    joint=one_of(r"(?:we|wij) (?:zullen|gaan|moeten)\b"),
    condition=re.compile(r"^(?:als|wanneer|indien)\b", re.IGNORECASE),
    assigned=one_of(
        r"(?-i:(?P<owner>[A-Z]\w+)) zorgt (?:voor|ervoor)\b", r"(?-i:(?P<owner_2>[A-Z]\w+)) is verantwoordelijk voor\b"
    ),
    dated=re.compile(
        r"^(?-i:(?P<owner>(?!Het|Dat|Dit|Er|Ze|Wij|We|De|Die|Hij|Zij|Je|Jij|Ik|Iedereen"
        r"|Niemand)[A-Z]\w+)) (?:zal|gaat|moet)\b",
        re.IGNORECASE,
    ),
    request=re.compile(
        r"^(?-i:(?P<name>[A-Z]\w+)),? (?:(?:kun|kan|wil|zou) (?:je|jij|u)|graag)\b"
        r"|^(?:kun|kan|wil|zou) (?:je|jij|u)\b|^(?:graag|alsjeblieft|alstublieft)\b|\b(?:alsjeblieft|alstublieft)\b",
        re.IGNORECASE,
    ),
    no_task=one_of(
        r"(?:je|jij|u) (?:me|mij|ons)(?: \w+)? (?:horen|verstaan|zien)\b",
        r"ik (?:zal|ga) (?:eerlijk|beginnen"
        r"|kort)\b",
    ),
    within=one_of(
        r"(?:de deur|het raam)(?: \w+)? (?:dicht|open|sluiten)",
        r"(?:schrijf|noteer|zet) (?:dat|het|dit)(?: even| nu| hier)* (?:op|erbij|neer)\b",
        r"ik (?:ga|zal|wil)(?: \w+){0,3} (?:beginnen|starten|verdergaan|doorgaan|afsluiten|voorlezen|uitleggen|herhalen"
        r"|vertellen|laten zien|tekenen|stoppen|samenvatten|antwoorden|kijken|zeggen|toelichten|noteren|opschrijven)\b",
        r"ik (?:begin|ga (?:door|verder)|geef (?:het woord|je|u)|vertel|laat(?: \w+){0,5} zien|leg(?: \w+){0,2} uit"
        r"|herhaal"
        r"|sluit af|kijk)\b",
        r"(?:kun|kan|wil|zou) (?:je|jij|u|jullie)(?: \w+){0,4} (?:herhalen|uitleggen|vertellen|laten zien|doorgaan"
        r"|beginnen"
        r"|toelichten|horen|voorlezen|teruggaan|antwoorden|zeggen)\b",
    ),
    now=one_of(r"(?:vandaag|vanochtend|vanmiddag|nu|meteen|straks|deze vergadering)\b"),
    consent=re.compile(
        r"^(?:ja|jawel|zeker|goed|oké|ok|natuurlijk|prima|geen probleem|doe ik|dat kan)\b", re.IGNORECASE
    ),
    due=one_of(
        rf"(?:{BY} )?(?:(?:het )?(?:einde?|begin)|half|medio) (?:van )?(?:de |het |deze |volgende |dit )?{PERIOD}\b",
        rf"(?:{BY} )?\d{{1,2}} {MONTH}\b",
        rf"(?:{BY} )?(?:overmorgen|vandaag|vanavond|vanmiddag|morgen(?:ochtend|middag|avond)?)\b",
        rf"(?:{BY} )?(?:deze|dit|volgende?|komende?) (?:vergadering|{PERIOD})\b",
        rf"{BY} (?:de volgende vergadering|{MONTH}|{DAY}(?:ochtend|middag|avond)?)\b",
        rf"(?:binnen|over|in) {NUMBER} (?:uur|dag(?:en)?|weken|week|maand(?:en)?)\b",
        r"zo (?:snel|spoedig) mogelijk\b",
    ),
    asks=re.compile(
        r"^(?:wie|wat|wanneer|waar|waarom|hoe|welke?|is|zijn|heeft|hebben|kan|kunnen|moet|moeten|zal|zullen"
        r"|gaat|gaan)\b",
        re.IGNORECASE,
    ),
    unknown=one_of(
        r"(?:ik|we|wij) (?:weet|weten) (?:het |dat )?(?:nog |ook |echt )*niet\b",
        r"(?:dat|het) weet ik (?:nog |ook |echt )*niet\b",
        r"(?:ik ben|we zijn) (?:er )?niet (?:\w+ )?zeker\b",
        r"geen idee\b",
        r"(?:dat|het) is (?:nog |ook )*(?:onduidelijk|niet duidelijk|open|een goede vraag)\b",
        r"goede vraag\b",
        r"(?:dat )?(?:moeten|gaan) we (?:\w+ )?uitzoeken\b",
    ),
    open_statement=one_of(
        rf"(?:ik|we|wij) (?:weet|weten) (?:nog |ook |echt )*niet {WONDER}\b",
        rf"(?:het|dat) is (?:nog )*(?:onduidelijk|niet duidelijk|de vraag) {WONDER}\b",
        rf"niemand weet {WONDER}\b",
        r"(?:de|een) open vraag is\b",
    ),
    idle=one_of(
        r"weet(?: het| dat)?(?: nog| ook| echt)* niet,? (?:wat ik|hoe ik|waarom ik|of ik|of je|hoe (?:je|ik) dat"
        r"|wat je bedoelt)\b"
    ),
    topic=one_of(
        r"(?:het )?(?:eerste|tweede|derde|vierde|vijfde|volgende|laatste) (?:agenda)?(?:punt"
        r"|onderwerp)(?: op de agenda)? "
        r"(?:is|gaat over) (?P<title>[^,.;!?]+)",
        r"(?:laten we|we gaan) (?:het hebben over|praten over|door (?:naar|met)|beginnen met"
        r"|verder met) (?P<title_2>[^,.;!?]+)",
    ),
    closing=one_of(r"(?:samengevat|kortom|samenvattend|om samen te vatten|de belangrijkste punten)\b"),
    courtesy=one_of(
        r"(?:goede(?:morgen|middag|navond)|welkom|hallo|tot ziens)\b",
        r"bedankt voor\b",
        r"(?:eerste|volgende|laatste) vraag\b",
        r"(?:vergadering|opname) (?:wordt opgenomen|is gestart|is gesloten)\b",
    ),
    stop_words=frozenset(
        """aan al alles als ben bij daar dan dat de der deze die dit doen door dus een en er ga gaan goed had heb hebben
        heeft het hier hij hoe hun iets ik in is ja je jij kan kunnen maar me meer met mij mijn moet moeten na naar nee
        niet nog nou nu of om omdat ons ook op over te tot toen u uit van veel voor waar want waren was wat we wel werd
        wie wij wil worden wordt zal ze zich zij zijn zo zou""".split()
    ),
)
