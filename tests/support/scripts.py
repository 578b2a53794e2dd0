"""A meeting in eight scripts, as people write and speak them."""

from __future__ import annotations

from dataclasses import replace

from pipeline.recap import ActionItem, Point, Recap, Segment, Speaker, Topic
from support.recaps import sample_recap

SAID = (
    (
        "ليلى حدّاد",
        "صباح الخير جميعًا. قرّرنا تأجيل الإطلاق إلى الأول من June لأن خدمة الدفع لم تجهز بعد، "
        "والعقد لم يُوقَّع (النسخة 2.0).",
    ),
    ("Ελένη Δημητρίου", "Καλημέρα σας. Η ομάδα χρειάζεται ακόμη τρεις εβδομάδες· θα στείλω το σχέδιο έως την Τετάρτη."),
    ("נועה לוי", "בוקר טוב. מי יבדוק את החוזה? המשרד החדש נמצא ב-Dublin, והמעבר ייקח יומיים."),
    (
        "王小明",
        "大家早上好。我们收到了两百四十份调查答复，只有百分之二十的用户喜欢登录页面。我建议先重新设计登录页面，四月完成。",
    ),
    ("Ольга Кравченко", "Доброе утро. Расходы на серверы выросли на пятнадцать процентов."),
    ("आरती शर्मा", "सुप्रभात। हमें सर्वर के लिए तीस हज़ार यूरो का बजट चाहिए। मैं अगले सप्ताह वित्त विभाग से पूछूँगी।"),
    ("สมชาย ใจดี", "สวัสดีครับ ย้ายสำนักงานใช้เวลาสองวัน ที่จอดรถมีเพียงสิบคัน"),
    (
        "🐹 Zoë & Jürgen 🎧",
        "Good morning! 👍 The naïve façade of Łódź costs 30 000 €. We ship on 1 June 🚀, no sooner.",
    ),
    ("مریم", "من می\u200cخواهم نامه را ببینم؛ کتاب\u200cهای ۱۲۳ و ۴۵۶ آماده\u200cاند. یہ میٹنگ ٹھیک ہے۔"),
    ("佐藤", "日本語でも確認しました。来週「デザイン案」を送ります。"),
    ("김민수", "한국어 번역은 다음 주에 준비됩니다."),
)


def recap_in_eight_scripts() -> Recap:
    """One turn for each of `SAID`, and a summary of some of them."""
    base = sample_recap()
    speakers = tuple(Speaker(f"k{number}", name, 4.0) for number, (name, _) in enumerate(SAID))
    segments = tuple(
        Segment(f"s{number}", 1 + number * 5.0, 5 + number * 5.0, text, f"k{number}")
        for number, (_, text) in enumerate(SAID)
    )

    def fields(number: int) -> dict[str, object]:
        one = segments[number]
        return {
            "id": f"p{number}",
            "text": one.text,
            "speaker": one.speaker,
            "start": one.start,
            "end": one.end,
            "segments": (one.id,),
        }

    summary = replace(
        base.summary,
        overview=(Point(**fields(0)), Point(**fields(8))),
        decisions=tuple(Point(**fields(number)) for number in (0, 2, 3, 5, 6)),
        action_items=(ActionItem(**fields(2), owner="k2", due="ביום שישי"), ActionItem(**fields(9), due="来週")),
        questions=(),
        quotes=(Point(**fields(8)), Point(**fields(10))),
        topics=(Topic(**fields(0), title="خدمة الدفع"), Topic(**fields(3), title="登录页面")),
    )
    transcript = replace(base.transcript, speakers=speakers, segments=segments, duration_seconds=56.0)
    return replace(base, title="八种文字 — ثمانية Eight scripts", transcript=transcript, summary=summary, warnings=())
