"""English."""

from __future__ import annotations

import re

from pipeline.summarize.cues.table import Cues, one_of

DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
MONTH = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
PERIOD = rf"(?:day|week|weekend|month|quarter|sprint|summer|autumn|winter|spring|year|{MONTH}|{DAY})"
NUMBER = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a few|a couple of)"
ORDINAL = (
    r"(?:\d{1,2}(?:st|nd|rd|th)|(?:twenty|thirty)?[ -]?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)"
    r"|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth"
    r"|twentieth|thirtieth)"
)
HOUR = (
    r"(?:noon|midnight|\d{1,2}(?::\d\d)? ?(?:am|pm|o'clock)|(?:half past |quarter (?:past|to) )?(?:one|two"
    r"|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?: o'clock)?)"
)
BY = r"(?:no later than|by|before|until|till|at|on|in|during|not later than)"
VERB = r"(?!not\b|never\b)\w{2,}"
I_WILL = (
    r"i(?:'ll| will| shall| am going to|'m going to|'m gonna| am gonna)(?: also| then| just| now| first| quickly"
    r"| briefly"
    r"| happily| gladly| only| actually| simply| start by)*"
)
WITHIN = (
    r"start|begin|go (?:on|ahead|through|over|back|first|next|to|with)|move on|come (?:back )?to|turn (?:to|it|on|off)"
    r"|pass|hand(?:le)? (?:it |you |this )?(?:over|back|to)|stop|finish|(?:close|open|shut) the (?:door|window|meeting"
    r"|session)|switch (?:on|off)|read (?:out|the|that|it|this|them|you)|write (?:that|it|this|them|these|all)\b|note"
    r"|put (?:that|it|this|them|us|you|the minutes)|draw|sketch|show|tell|talk about|speak|mention|explain|describe"
    r"|demonstrate|indicate|illustrate|introduce|repeat|rephrase|recap|summari[sz]e|answer|address|let|leave|give (?:it"
    r"|you|him|her|them|that|this)|take (?:that|this|it|the (?:mouse|pen|floor|first|next|question)|out|a|my|off)"
    r"|try (?:that|this|it|and|to (?:be|keep|explain|answer|summari[sz]e))|think|skip|focus|continue|carry on|keep"
    r"|press|click|scroll|share my|bring up|pull up|vote|go\b"
    r"|do (?:it|that|this)(?! (?:by|on|until|next|tomorrow|tonight))|ask (?:you|everyone|everybody|all|each|now)|agree"
    r"|add|point out|quote|refer|sit|stand|get (?:it|that|to|some|a)|grab|use|comment|concede|support|resume"
    r"|yield|call (?:on|it|that)|look at|play|beat|pick|assume|suggest|propose|argue|suppose|bet|always|never|certainly"
    r"|do my best|make (?:it|this|that|my|a|one|two) (?:point|quick|short|brief|clear|remark|comment)?"
)

CUES = Cues(
    filler=re.compile(
        r"^(?:(?:and|but|so|then|okay|ok|well|right|yes|yeah|great|perfect|actually|also|sure|all right|alright"
        r"|now|good"
        r"|i think|i guess|maybe|fine|thanks|thank you|in that case|just to be clear|to be honest"
        r"|from my side)\b[,;.]?\s+)+",
        re.IGNORECASE,
    ),
    decision=one_of(
        r"(?:we|they|everyone|everybody|the (?:board|council|team|committee|group))(?:'ve| have| has)?"
        r"(?: all| now| finally| just| already| also| both| unanimously)* (?:decided|agreed|resolved|voted"
        r"|settled|chose|chosen)\b",
        r"(?:it|that|this)(?: was| is| has been|'s)(?: now| finally| hereby)? (?:decided|agreed|approved"
        r"|settled|resolved)\b",
        r"(?:the|our|my|final) decision (?:is|was)\b",
        r"(?:let's|let us|we will|we'll|we are going to|we're going to) (?:go with|go ahead with|stick with"
        r"|settle on)\b",
        r"(?:we are|we're) going (?:with|ahead with|for)\b",
        r"(?:we've|we have)(?: all| kinda| kind of| now)? (?:come to (?:an?|some) agreement|concluded|determined)\b",
        r"(?:so|then) we(?:'ll| will) (?:go for|opt for)\b",
    ),
    approval=one_of(
        r"(?:the|this|that|your) (?:\w+ )?(?:proposal|motion|plan|budget|suggestion|amendment|resolution|option)"
        r"(?: was| is| has been| have been)(?: now| hereby| unanimously)? (?:approved|accepted|adopted|carried"
        r"|passed|rejected)\b",
        r"(?:the )?motion (?:carries|passes|is carried)\b",
        r"approved unanimously\b",
    ),
    proposal=one_of(
        r"i(?:'d| would)?(?: like to)? (?:propose|suggest|move|recommend)\b",
        r"my (?:proposal|suggestion|recommendation) (?:is|would be)\b",
    ),
    promise=one_of(
        rf"i(?:'ll| will| shall)(?: also| then| just| definitely| certainly)? {VERB}",
        r"i(?: am|'m) going to \w{2,}",
        r"(?:i can|let me) (?:take care of|take on|handle|take that|get back to you|follow up)\b",
        r"(?:leave that to me|i(?:'ll| will) take (?:it|that))\b",
    ),
    joint=one_of(rf"we(?:'ll| will| shall| need to| have to| must) {VERB}"),
    condition=re.compile(r"^(?:if|when|unless)\b", re.IGNORECASE),
    assigned=one_of(
        r"(?-i:(?P<owner>(?!We\b|It\b|That|This|Who)[A-Z]\w+))(?: will take| takes) care of\b",
        r"(?-i:(?P<owner_2>(?!We\b|It\b|That|This|Who)[A-Z]\w+))(?: is| will be) responsible for\b",
        rf"(?-i:I){I_WILL[1:]} ask (?:the )?(?-i:(?P<owner_3>[A-Z]\w+(?: [A-Z]\w+)*)) to \w{{2,}}",
    ),
    dated=re.compile(
        rf"^(?-i:(?P<owner>(?!It\b|That|This|There|They|We\b|You\b|He\b|She\b|I\b|What|Who|The\b|Everyone"
        rf"|Nobody)[A-Z]\w+))"
        rf"(?: and \w+)?(?:'ll| will| is going to| needs to| has to| should| must) {VERB}",
        re.IGNORECASE,
    ),
    request=re.compile(
        r"(?:^(?-i:(?P<name>[A-Z]\w+)),? (?:please|(?:could|can|would|will) you)(?: please)?"
        r"|^(?:please|(?:could|can|would|will) (?:you|someone|somebody|anyone)(?: please)?)"
        r"|(?:could|can|would|will) you(?: please)?(?:,? (?-i:(?P<name_2>[A-Z]\w+)),?)"
        r"|, (?:please|(?:could|can|would|will) you)(?: please)?) (?!not\b)\w{2,}",
        re.IGNORECASE,
    ),
    no_task=one_of(
        r"(?:i(?:'ll| will| shall| am going to|'m going to)|you|please)(?: also| just| please)? (?:be|say|see"
        r"|admit|miss|have|need|like|love|guess"
        r"|hear|note|bear with|start|repeat|explain that|tell us|go ahead|bring your|take a seat|sit|wait|hold on|mute"
        r"|remember|know|imagine|forgive|excuse)\b",
        r"would you (?:say|like|agree|recommend|change)\b",
    ),
    within=one_of(
        rf"{I_WILL} (?:{WITHIN})\b",
        r"hopefully,? i(?:'ll| will)\b",
        r"(?:please|(?:can|could|will|would) (?:you|we))(?: please| just| maybe| also| all)* (?:note|keep (?:it"
        r"|your)|answer"
        r"|respond|introduce|go (?:back|on|to|ahead|first|next|through)|repeat|rephrase|clarify|explain|speak|scroll"
        r"|show (?:me|us)|tell|pass|give (?:me|us)|read|help me|come in|join|stop|move|start|begin|continue"
        r"|describe|look"
        r"|put that|turn (?:on|off|it)|(?:close|open|shut) the (?:door|window)|unmute|share your|hear|see|draw"
        r"|talk about"
        r"|provide (?:a |an )?(?:short|brief|quick))\b",
    ),
    now=one_of(
        r"(?:today|now|immediately|right away|this (?:morning|afternoon|evening|meeting|session))\b",
        r"(?:in|during|at|by) (?:the|our|this) (?:end of (?:the|this|our) )?(?:meeting|session|call)\b",
    ),
    consent=re.compile(
        r"^(?:yes|yeah|yep|sure|okay|ok|of course|no problem|will do|certainly|absolutely|all right|alright"
        r"|i can|i will|i'll|gladly)\b",
        re.IGNORECASE,
    ),
    due=one_of(
        rf"(?:{BY} )?(?:the )?(?:end|middle|beginning|start) of (?:the |next |this )?{PERIOD}\b",
        rf"(?:{BY} )?(?:the )?{ORDINAL} of {MONTH}\b",
        rf"(?:{BY} )?{MONTH} (?:the )?(?:{ORDINAL}|\d{{1,2}})\b",
        rf"(?:{BY} )?the day after tomorrow\b",
        rf"(?:{BY} )?(?:tomorrow|today|tonight)(?: (?:morning|afternoon|evening|night|noon))?\b",
        rf"(?:{BY} )?(?:this|next) (?:morning|afternoon|evening|meeting|session|{PERIOD})\b",
        rf"(?:{BY} )(?:the )?(?:next meeting|(?:early |late |mid )?{MONTH}|{DAY}(?: (?:morning|afternoon"
        rf"|evening|night|noon))?)\b",
        rf"(?:within|in) (?:the next )?{NUMBER} (?:hour|day|week|month)s?\b",
        r"(?:by|before|until|till|at) (?:the|our) (?:\w+ )?(?:meeting|session|call|conference|deadline|holidays)\b",
        rf"(?:by|before|until|till) {HOUR}\b",
        r"(?:as soon as possible|right after (?:the|this) meeting|right away|immediately)\b",
    ),
    asks=re.compile(
        r"^(?:who|what|when|where|why|how|which|whose|do|does|did|is|are|was|were|can|could|should|will|would"
        r"|has|have)\b",
        re.IGNORECASE,
    ),
    unknown=one_of(
        r"(?:i|we)(?: really| still| just| honestly)* (?:don't|do not)(?: really| yet| actually)? know\b",
        r"(?:i am|i'm|we are|we're) not (?:really |quite |yet )?(?:sure|certain)\b",
        r"(?:i have |we have )?no idea\b",
        r"(?:that|this|it)(?: is|'s)(?: still| also| really)? (?:unclear|open|undecided|not clear|not decided"
        r"|a good question|an open question)\b",
        r"good question\b",
        r"(?:we|i)(?:'ll| will)? (?:need to |have to )?(?:find (?:that )?out|clarify|look into (?:it|that))\b",
        r"let's (?:come back to|park|leave (?:that|it) open)\b",
        r"nobody knows\b",
        r"i dunno\b",
    ),
    open_statement=one_of(
        r"(?:i|we)(?: really| still| just)* (?:don't|do not|didn't)(?: really| yet)? know (?:yet )?(?:if"
        r"|whether|what|who|when|where|how|why|which)\b",
        r"(?:nobody|no one) knows (?:if|whether|what|who|when|where|how|why|which)\b",
        r"(?:i am|i'm|we are|we're) not (?:yet )?(?:sure|certain) (?:if|whether|what|who|when|where|how|why|which)\b",
        r"it(?: is|'s)(?: still)? (?:unclear|not clear|open|undecided) (?:if|whether|what|who|when|where|how"
        r"|why|which)\b",
        r"(?:the|an|one) open question (?:is|remains)\b",
        r"(?:it|that) (?:still )?(?:has|needs) to be (?:clarified|decided|found out)\b",
    ),
    idle=one_of(
        r"(?:know|sure|certain|clear|dunno) (?:what (?:to (?:say|do|call)|the word is|you mean|he means|she means"
        r"|that means"
        r"|i(?:'m| am| was| should)? )|how (?:to (?:say|put|explain|call)|much i|i )|why i|where i|if (?:i|you|that"
        r"|it makes"
        r"|this makes)\b|whether (?:i|you)\b|who (?:you|i)\b)",
    ),
    topic=one_of(
        r"(?:item|point|topic)(?: number)? \w+(?: on the agenda)? is (?P<title>[^,.;!?]+)",
        r"(?:first|second|third|fourth|fifth|sixth|next|last|final) (?:item|point|topic|subject)(?: on (?:the"
        r"|our) agenda)? is (?P<title_2>[^,.;!?]+)",
        r"(?:let's|let us|i'd like to|i would like to) (?:talk about|move on to|turn to|start with"
        r"|continue with|go on with|discuss) (?P<title_3>[^,.;!?]+)",
        r"(?:moving|going) on to (?P<title_4>[^,.;!?]+)",
    ),
    closing=one_of(
        r"(?:to sum up|to summari[sz]e|in summary|in short|let me (?:sum up|summari[sz]e)|the main points?"
        r"|most important(?:ly)?|the key point)\b",
    ),
    courtesy=one_of(
        r"(?:good (?:morning|afternoon|evening|night)|welcome|hello|goodbye|see you)\b",
        r"thank (?:you|s) (?:for|very much|everyone|all)\b",
        r"(?:first|next|last|more) question\b",
        r"(?:meeting|recording|call) (?:is being recorded|has started|is over)\b",
        r"we meet again\b",
        r"let's (?:begin|start|get started|get going|go)[.!]?$",
        r"(?:bye|cheers|good luck)\b",
    ),
    stop_words=frozenset(
        """a about again all also am an and any are as at be because been before being but by can could did do does
        doing done for from get go going good had has have he her here him his how i if in into is it its just let like
        ll me more most much my no not now of off ok okay on one only or other our out over really right s said same say
        she should so some still such t than thank thanks that the their them then there these they thing things think
        this those to too up us very was we well were what when where which who why will with would you your""".split()
    ),
)
