"""French."""

from __future__ import annotations

import re

from pipeline.summarize.cues.table import Cues, one_of

DAY = r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)"
MONTH = r"(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)"
PERIOD = rf"(?:journée|semaine|week-end|mois|trimestre|été|automne|hiver|printemps|année|an|{MONTH}|{DAY})"
NUMBER = r"(?:\d+|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|quelques)"
BY = r"(?:au plus tard|d'ici(?: à)?|avant|pour|jusqu'(?:au|à)|à|au|en|dès|le)"
WONDER = r"(?:si|ce que|ce qui|qui|quand|où|comment|pourquoi|combien|quel(?:le)?s?)"

CUES = Cues(
    filler=re.compile(
        r"^(?:(?:et|mais|donc|alors|bon|bien|oui|d'accord|ok|okay|très bien|parfait|aussi|peut-être|merci"
        r"|je pense que)\b[,;.]?\s+)+",
        re.IGNORECASE,
    ),
    decision=one_of(
        r"(?:nous avons|on a|ils ont|le (?:conseil|comité|groupe) a|l'équipe a) (?:\w+ )?(?:décidé|convenu"
        r"|choisi|voté|adopté)\b",
        r"nous (?:nous )?sommes (?:mis d'accord|convenus|tombés d'accord)\b",
        r"on s'est mis d'accord\b",
        r"(?:il|c'|cela|ça) (?:est|a été) (?:\w+ )?(?:décidé|convenu|approuvé)\b",
        r"c'est (?:décidé|convenu|approuvé)\b",
        r"(?:la|notre) décision est\b",
        r"(?:on part|nous partons) sur\b",
        r"(?:on retient|nous retenons)\b",
    ),
    approval=one_of(
        r"(?:la|cette|le|ce) (?:proposition|motion|budget|plan|projet) (?:est|a été) "
        r"(?:\w+ )?(?:approuvée?|acceptée?|adoptée?|rejetée?|validée?)\b",
    ),
    proposal=one_of(r"je (?:propose|suggère|recommande)\b", r"ma proposition est\b"),
    promise=one_of(
        r"je vais\b(?! (?:pas|bien|mieux))",
        r"je (?:t'|l'|vous |te |lui |leur |les? |la )?(?:envoie|prépare|appelle|vérifie|contacte"
        r"|rédige|organise|montre)\b",
        r"je m'(?:en )?(?:occupe|occuperai|charge|chargerai)\b",
        r"(?:je|j')\s?(?:l'|vous |te |lui |leur |les? |la )?\w{2,}(?:erai|irai|rai)\b(?! pas)",
    ),
    joint=one_of(r"(?:nous allons|on va|nous devons|on doit|il faut)\b"),
    condition=re.compile(r"^(?:si|s'il|quand|lorsque)\b", re.IGNORECASE),
    assigned=one_of(
        r"(?-i:(?P<owner>[A-ZÀ-Ý]\w+)) (?:s'occupe|se charge|s'occupera|se chargera)\b",
        r"(?-i:(?P<owner_2>[A-ZÀ-Ý]\w+)) est responsable d",
    ),
    dated=re.compile(
        r"^(?-i:(?P<owner>(?!Il|Ils|Elle|Elles|On|Nous|Vous|Je|Tu|Ce|Cela|Ça|Le|La|Les|Tout|Personne)[A-ZÀ-Ý]\w+)) "
        r"(?:va|doit|devra)\b",
        re.IGNORECASE,
    ),
    request=re.compile(
        r"^(?-i:(?P<name>[A-ZÀ-Ý]\w+)),? (?:(?:peux|pourrais|veux)-tu|tu (?:peux|pourrais)|(?:pouvez"
        r"|pourriez)-vous|vous (?:pouvez|pourriez)|s'il (?:te|vous) plaît)\b"
        r"|^(?:(?:peux|pourrais)-tu|tu (?:peux|pourrais)|(?:pouvez|pourriez)-vous|merci de \w{3,})\b|s'il (?:te"
        r"|vous) plaît\b",
        re.IGNORECASE,
    ),
    no_task=one_of(
        r"(?:m'|nous )(?:entendre|entendez|entends|voir)\b",
        r"je (?:serai|aurai|dirai|pourrai|saurai|vais (?:être|dire|commencer))\b",
        r"j'aurai\b",
    ),
    within=one_of(
        r"je (?:vais|voudrais|veux)(?: \w+){0,2} (?:commencer|continuer|noter|écrire (?:ça|cela)|lire|montrer|expliquer"
        r"|présenter|répéter|résumer|fermer la|ouvrir la|passer|dire|parler de|répondre|revenir|m'arrêter|finir|laisser"
        r"|donner la parole|dessiner|raconter)\b",
        r"je (?:note|commence|continue|ferme la|ouvre la|passe|reviens|répète|montre|explique|lis|laisse)\b",
        r"(?:peux-tu|pouvez-vous|pourrais-tu|pourriez-vous|tu peux|vous pouvez)(?: \w+){0,2} (?:répéter|expliquer"
        r"|montrer"
        r"|dire|continuer|commencer|fermer la|ouvrir la|parler|préciser|revenir|lire|répondre|entendre)\b",
    ),
    now=one_of(r"(?:aujourd'hui|maintenant|tout de suite|cette réunion|ce matin|cet après-midi)(?!\w)"),
    consent=re.compile(
        r"^(?:oui|d'accord|bien sûr|ok|okay|entendu|volontiers|pas de problème|certainement"
        r"|très bien)\b",
        re.IGNORECASE,
    ),
    due=one_of(
        rf"(?:{BY} )?(?:la |le )?(?:fin|début|mi-|milieu)(?: de| du| d')?\s?(?:la |cette "
        rf"|l')?{PERIOD}(?: prochaine?)?\b",
        rf"(?:{BY} )?(?:le )?(?:premier|1er|\d{{1,2}}) {MONTH}\b",
        rf"(?:{BY} )?(?:après-demain|aujourd'hui|ce soir|demain(?: (?:matin|après-midi|soir))?)\b",
        rf"(?:{BY} )?(?:cette|ce|cet|la|le|l') ?(?:prochaine? )?(?:réunion|{PERIOD}) ?(?:prochaine?)?\b",
        rf"(?:{BY} )?{DAY}(?: (?:prochain|matin|après-midi|soir))?\b",
        rf"(?:dans|sous|d'ici) {NUMBER} (?:heures?|jours?|semaines?|mois)\b",
        r"(?:dès que|le plus vite|aussi vite que) possible\b",
    ),
    asks=re.compile(
        r"^(?:qui|que|quoi|quand|où|pourquoi|comment|combien|quel(?:le)?s?|est-ce|qu'est-ce|y a-t-il|avons-nous"
        r"|faut-il|peut-on)\b",
        re.IGNORECASE,
    ),
    unknown=one_of(
        r"(?:je ne|je|nous ne|on ne|on) (?:le |l')?(?:sais|savons|sait) (?:\w+ )?pas\b",
        r"(?:je ne suis|je suis|nous ne sommes) pas (?:\w+ )?sûre?s?\b",
        r"aucune idée\b",
        r"(?:c'est|ce n'est) (?:\w+ )?(?:pas clair|flou|ouvert|une bonne question)\b",
        r"bonne question\b",
        r"(?:il faut|on doit|nous devons) (?:le |encore )?(?:vérifier|clarifier)\b",
    ),
    open_statement=one_of(
        rf"(?:je ne|je|nous ne|on ne|on) (?:sais|savons|sait) (?:\w+ )?pas (?:encore )?{WONDER}\b",
        rf"(?:ce n'est|c'est) (?:\w+ )?pas clair {WONDER}\b",
        rf"personne ne sait {WONDER}\b",
        r"(?:la|une) question (?:reste|est) ouverte\b",
    ),
    idle=one_of(
        r"sais (?:pas|plus)(?: encore| trop)? (?:si (?:je|tu|vous|j')|ce que (?:je|tu|vous)|comment (?:dire|je"
        r"|on dit)|pourquoi je)"
    ),
    topic=one_of(
        r"(?:le )?(?:premier|deuxième|troisième|quatrième|prochain|dernier) (?:point|sujet|thème)"
        r"(?: (?:à|de) l'ordre du jour)? (?:est|concerne) (?P<title>[^,.;!?]+)",
        r"(?:passons|venons-en) (?:maintenant )?(?:à|au|aux) (?P<title_2>[^,.;!?]+)",
        r"(?:parlons|commençons) (?:maintenant )?(?:de|du|des|par) (?P<title_3>[^,.;!?]+)",
    ),
    closing=one_of(r"(?:en résumé|pour résumer|en bref|pour conclure|les points principaux)\b"),
    courtesy=one_of(
        r"(?:bonjour|bonsoir|bienvenue|au revoir)\b",
        r"merci (?:de|d'|pour|à tous)",
        r"(?:première|prochaine|dernière) question\b",
        r"réunion (?:est enregistrée|est terminée|est levée)\b",
    ),
    stop_words=frozenset(
        """ai alors au aussi aux avec avez avons bien bon c'est ce ces cette ça d dans de des dit donc du elle elles en
        est et être eu fait faire il ils j je l la le les leur lui mais me même moi mon n ne non nos notre nous on ont
        ou où oui par pas peu peut plus pour qu quand que qui s sa se ses si son sont sur t te tout très tu un une va
        vais vous y""".split()
    ),
)
