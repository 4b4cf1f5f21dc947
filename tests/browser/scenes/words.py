"""What is said in the scenes, in each language: Mira (first) and Jonas in turn."""

TALK = {
    "en": [
        "Did the tickets arrive?",
        "They did! Row seven, by the window.",
        "Here is the way from the station: https://example.org/map?from=station",
        "See you there at nine 👍",
    ],
    "ru": [
        "Билеты пришли?",
        "Да! Седьмой ряд, возле окна.",
        "Вот дорога от вокзала: https://example.org/map?from=station",
        "Увидимся там в девять 👍",
    ],
    "pt-BR": [
        "As passagens chegaram?",
        "Chegaram! Fila sete, na janela.",
        "O caminho da estação: https://example.org/map?from=station",
        "Até lá, às nove 👍",
    ],
    "ar": [
        "هل وصلت التذاكر؟",
        "وصلت! الصف السابع عند النافذة.",
        "هذا الطريق من المحطة: https://example.org/map?from=station",
        "نلتقي هناك في التاسعة 👍",
    ],
}
ROOM = {"en": "The trip", "ru": "Поездка", "pt-BR": "A viagem", "ar": "الرحلة"}
SLIP = {"en": "See you at eight", "ru": "Увидимся в восемь", "pt-BR": "Até às oito", "ar": "نلتقي في الثامنة"}
STOPS = {
    "en": "Every stop on the way:",
    "ru": "Все остановки по пути:",
    "pt-BR": "Todas as paradas:",
    "ar": "كل المحطات في الطريق:",
}
BREAK = {
    "en": "Back in five minutes.",
    "ru": "Вернёмся через пять минут.",
    "pt-BR": "Voltamos em cinco minutos.",
    "ar": "نعود بعد خمس دقائق.",
}


def long_one(language: str) -> str:
    """A message that is folded."""
    return "\n".join(
        [STOPS[language], *(f"{8 + at // 4:02}:{at % 4 * 15:02}  example.org/stop/{at + 1}" for at in range(30))]
    )
