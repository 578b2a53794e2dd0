"""Spanish."""

from __future__ import annotations

import re

from pipeline.summarize.cues.table import Cues, one_of

DAY = r"(?:lunes|martes|miércoles|jueves|viernes|sábado|domingo)"
MONTH = r"(?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)"
PERIOD = rf"(?:día|semana|mes|trimestre|verano|otoño|invierno|primavera|año|{MONTH}|{DAY})"
NUMBER = r"(?:\d+|una?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|unos|unas)"
BY = r"(?:a más tardar|antes de(?:l)?|para|hasta|en|el|al?)"
WONDER = r"(?:si|qué|quién(?:es)?|cuándo|dónde|cómo|por qué|cuál(?:es)?|cuánto)"

CUES = Cues(
    filler=re.compile(
        r"^[¿¡]?(?:(?:y|pero|entonces|pues|bueno|bien|sí|vale|de acuerdo|claro|perfecto|también|quizás|gracias"
        r"|creo que)(?!\w)[,;.]?\s+)+",
        re.IGNORECASE,
    ),
    decision=one_of(
        r"(?:hemos|han|ha) (?:\w+ )?(?:decidido|acordado|votado|resuelto|elegido)\b",
        r"(?:decidimos|acordamos|resolvimos)\b",
        r"(?:queda|está|fue|ha sido|se ha|se) (?:\w+ )?(?:decidido|acordado|aprobado|decidió|acordó)\b",
        r"(?:la|nuestra) decisión es\b",
        r"nos quedamos con\b",
    ),
    approval=one_of(
        r"(?:la|esta|el|este) (?:propuesta|moción|presupuesto|plan|proyecto) (?:fue|es|queda|ha sido|está) "
        r"(?:\w+ )?(?:aprobad|aceptad|adoptad|rechazad)[oa]\b",
        r"se (?:aprueba|aprobó) (?:la|el)\b",
    ),
    proposal=one_of(r"(?:yo )?(?:propongo|sugiero|recomiendo)\b", r"mi propuesta es\b"),
    promise=one_of(
        r"(?:yo )?(?:me |te |os |les? |lo |la )?voy a \w{3,}",
        r"(?:yo )?(?:me |te |os |les? |lo |la )?(?:envío|mando|preparo|llamo|reviso|organizo|consulto)(?!\w)",
        r"(?:yo )?me (?:encargo|ocupo|encargaré|ocuparé)\b",
        r"(?:yo )?(?:me |te |os |les? |lo |la )?\w{2,}(?:aré|eré|iré|dré)(?!\w)",
    ),
    joint=one_of(r"(?:vamos a|tenemos que|debemos|hay que)\b"),
    condition=re.compile(r"^(?:si|cuando)\b", re.IGNORECASE),
    assigned=one_of(
        r"(?-i:(?P<owner>[A-ZÁÉÍÓÚÑ]\w+)) (?:se (?:encarga|ocupa|encargará|ocupará))(?!\w)",
        r"(?-i:(?P<owner_2>[A-ZÁÉÍÓÚÑ]\w+)) es responsable de\b",
    ),
    dated=re.compile(
        r"^(?-i:(?P<owner>(?!Esto|Eso|El|Ella|Ellos|La|Los|Las|Nosotros|Yo|Tú|Usted|Todos|Nadie)[A-ZÁÉÍÓÚÑ]\w+)) "
        r"(?:va a|tiene que|debe)\b",
        re.IGNORECASE,
    ),
    request=re.compile(
        r"^(?-i:(?P<name>[A-ZÁÉÍÓÚÑ]\w+)),? [¿]?(?:por favor|puedes|podrías|puede|podría)(?!\w)"
        r"|^[¿]?(?:puedes|podrías|puede usted|podría usted|por favor)(?!\w)|\bpor favor\b",
        re.IGNORECASE,
    ),
    no_task=one_of(
        r"(?:oírme|escucharme|me (?:oyes|oye|escuchas?|oís))\b", r"(?:seré|estaré|tendré|diré|podré|sabré|iré)(?!\w)"
    ),
    within=one_of(
        r"voy a(?: \w+){0,2} (?:empezar|comenzar|seguir|continuar|anotar|apuntar|escribir(?:lo|la)|leer|mostrar"
        r"|enseñar|explicar"
        r"|presentar|repetir|resumir|cerrar la|abrir la|pasar|decir|hablar de|responder|contestar|volver a|parar"
        r"|terminar"
        r"|contar|dibujar)(?:(?:les|le|te|os|lo|la)*)\b",
        r"voy a (?:empezar|comenzar|seguir|continuar|anotar|apuntar|escribir(?:lo|la)|leer|mostrar|enseñar|explicar"
        r"|presentar"
        r"|repetir|resumir|cerrar la|abrir la|pasar|decir|hablar de|responder|contestar|volver a|parar|terminar|contar"
        r"|dibujar)(?:(?:les|le|te|os|lo|la)*)\b",
        r"(?:lo|la) (?:apunto|anoto|escribo)\b",
        r"(?:puedes|podrías|puede|podría|podéis)(?: \w+){0,2} (?:repetir|explicar|mostrar|decir|seguir|continuar"
        r"|empezar"
        r"|cerrar la|abrir la|hablar|aclarar|volver|leer|responder|oír)(?:(?:nos|me|lo|la)*)\b",
    ),
    now=one_of(r"(?:hoy|ahora|enseguida|ahora mismo|esta (?:mañana|tarde|reunión))\b"),
    consent=re.compile(
        r"^(?:sí|claro|de acuerdo|vale|por supuesto|sin problema|perfecto|está bien|desde luego)(?!\w)", re.IGNORECASE
    ),
    due=one_of(
        rf"(?:{BY} )?(?:el )?(?:fin(?:al(?:es)?)?|principios?|mediados) de(?:l)? (?:la |este |esta "
        rf"|próxim[oa] )?{PERIOD}\b",
        rf"(?:{BY} )?(?:el )?(?:primero|\d{{1,2}}) de {MONTH}\b",
        rf"(?:{BY} )?(?:pasado mañana|hoy|esta (?:tarde|noche|mañana)|mañana(?: por la (?:mañana|tarde"
        rf"|noche))?)(?!\w)",
        rf"(?:{BY} )?(?:est[ea]|la próxima|el próximo) (?:reunión|{PERIOD})\b",
        rf"(?:{BY} )?(?:el |la )?(?:{PERIOD}) (?:que viene|próxim[oa])\b",
        rf"(?:{BY} )(?:el )?(?:{DAY}|{MONTH})(?: por la (?:mañana|tarde|noche))?(?!\w)",
        rf"(?:dentro de|en) {NUMBER} (?:horas?|días?|semanas?|mes(?:es)?)\b",
        r"(?:lo antes|cuanto antes|tan pronto como sea) ?(?:posible)?\b",
    ),
    asks=re.compile(
        r"^[¿]?(?:quién(?:es)?|qué|cuándo|dónde|por qué|cómo|cuánt[oa]s?|cuál(?:es)?|hay|tenemos|podemos"
        r"|debemos)(?!\w)",
        re.IGNORECASE,
    ),
    unknown=one_of(
        r"(?:todavía |aún )?no (?:lo )?(?:sé|sabemos)(?!\w)",
        r"no (?:estoy|estamos) (?:\w+ )?segur[oa]s?\b",
        r"ni idea\b",
        r"(?:no está|eso no está|todavía no está) (?:\w+ )?(?:clar[oa]|decidid[oa])\b",
        r"(?:es una )?buena pregunta\b",
        r"(?:hay que|tenemos que|debemos) (?:averiguar|aclarar)(?:lo)?\b",
    ),
    open_statement=one_of(
        rf"(?:todavía |aún )?no (?:sé|sabemos) (?:todavía |aún )?{WONDER}(?!\w)",
        rf"no está (?:\w+ )?claro {WONDER}(?!\w)",
        rf"nadie sabe {WONDER}(?!\w)",
        r"(?:la|una) pregunta (?:abierta|pendiente) es\b",
    ),
    idle=one_of(r"no sé (?:si (?:yo|me|tú|te)|qué (?:decir|hacer)|cómo (?:decir|explicar)|por qué (?:yo|me))"),
    topic=one_of(
        r"(?:el )?(?:primer|segundo|tercer|cuarto|siguiente|próximo|último) (?:punto|tema)"
        r"(?: (?:del|de la|en el) (?:orden del día|agenda))? es (?P<title>[^,.;!?]+)",
        r"(?:pasemos|vamos) (?:ahora )?(?:al? (?:tema|punto) de(?:l)?|a hablar de(?:l)?) (?P<title_2>[^,.;!?]+)",
        r"(?:hablemos|empecemos) (?:ahora )?(?:de(?:l)?|con|por) (?P<title_3>[^,.;!?]+)",
    ),
    closing=one_of(r"(?:en resumen|para resumir|resumiendo|en conclusión|los puntos principales)\b"),
    courtesy=one_of(
        r"(?:buenos días|buenas (?:tardes|noches)|bienvenid[oa]s|hola|adiós)(?!\w)",
        r"gracias por\b",
        r"(?:primera|siguiente|última) pregunta\b",
        r"reunión (?:se está grabando|ha terminado)\b",
    ),
    stop_words=frozenset(
        """a al así aquí bien bueno como con cuando de del desde donde dos e el ella ellos en entonces era es esa ese
        eso esta está este esto estoy fue gracias ha hace hay he la las le les lo los más me mi mucho muy no nos
        nosotros o para pero poco por porque pues que qué se ser si sí sin sobre son su sus también te tenemos tengo
        tiene todo tu un una uno usted va vamos vale voy y ya yo""".split()
    ),
)
