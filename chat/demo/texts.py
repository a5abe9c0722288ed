"""What demo members say, in their two languages; lines of a talk alternate."""

from matchmaker.models import Language

LOBBY: tuple[tuple[Language, str], ...] = (
    (Language.RUSSIAN, "Всем привет! Кто сегодня в центре?"),
    (Language.RUSSIAN, "Я на Невском, пью кофе и смотрю на дождь ☔"),
    (Language.ENGLISH, "Hi everybody, is anyone here from Berlin?"),
    (Language.ENGLISH, "Near the Spree, yes. The sun is out for once."),
    (Language.RUSSIAN, "Посоветуйте, куда сходить в субботу вечером."),
    (Language.RUSSIAN, "Загляни в события рядом: там настольные игры и хор."),
    (Language.RUSSIAN, "На играх была в прошлый раз, очень душевно."),
    (Language.ENGLISH, "The chess people in the park are kind to beginners."),
    (Language.ENGLISH, "They beat me in eleven moves. Kindly."),
    (Language.RUSSIAN, "Кто-нибудь бегает по утрам? Одному скучно."),
    (Language.RUSSIAN, "Беговой клуб собирается в семь. Не опаздывай 🙂"),
    (Language.RUSSIAN, "В семь утра?! Я, пожалуй, за настольные игры."),
    (Language.ENGLISH, "Does the map show where exactly people live?"),
    (Language.ENGLISH, "No, a square kilometre and nothing finer. I looked it up."),
    (Language.RUSSIAN, "Спасибо за вчерашнюю прогулку по дворам, было чудесно!"),
    (Language.ENGLISH, "Good night from the other side of the clock."),
)

# Even numbers of lines, so that the second member's last line is unread.
MATCH: tuple[str, ...] = (
    "Привет! Мы понравились друг другу, и вот чат 🙂",
    "Привет! And now I can practise my English on you.",
    "Deal: you write English, я отвечаю по-русски.",
    "Tell me then: where do you drink coffee?",
    "На углу, в маленькой пекарне. Знаешь её?",
    "The one with the cat in the window? Saturday at noon?",
)

TALKS: dict[Language, tuple[tuple[str, ...], ...]] = {
    Language.RUSSIAN: (
        (
            "Привет! Мы ведь вчера виделись в клубе?",
            "Да, ты сидел у окна с большой кружкой.",
            "Это был чай. Честно.",
            "Верю. Придёшь в четверг?",
            "Приду. Займи место у окна.",
        ),
        (
            "Привет, это ты рассказывала про птиц в парке?",
            "Я! Там на пруду живёт зимородок.",
            "Покажешь?",
            "В воскресенье в восемь, возьми бинокль.",
            "Бинокля нет, возьму пирожки.",
            "Так даже лучше 🙂",
        ),
        (
            "Добрый день! Ты не забыл мою книгу?",
            "Дочитываю последнюю главу. Не говори, кто убийца!",
            "Молчу. Хотя это же дворец…",
            "Ну вот!",
        ),
    ),
    Language.ENGLISH: (
        (
            "Hello! Were you the one with the red scarf?",
            "That was me. And you were the one who sang too loud.",
            "Somebody had to.",
            "Coffee before the next rehearsal?",
            "Gladly. Six o'clock, at the corner?",
            "See you there.",
        ),
        (
            "Hi, did you find your glove?",
            "One of two. The other one is still travelling.",
            "I may have it. Brown, with a hole in the thumb?",
            "That is the one! You are my hero.",
        ),
        (
            "Shall we prepare something for the quiz?",
            "I take rivers and kings.",
            "Then I take films. Nobody takes sports?",
            "Nobody. We shall be honest about it.",
            "Deal.",
        ),
    ),
}

AT_EVENTS: dict[Language, tuple[str, ...]] = {
    Language.RUSSIAN: (
        "Всем привет! Кто ещё идёт?",
        "Я иду и беру с собой термос.",
        "Где встречаемся?",
        "У входа, за десять минут до начала.",
        "Отлично, узнаете меня по жёлтой куртке.",
    ),
    Language.ENGLISH: (
        "Hello all, first time for me. Anything to bring?",
        "Good mood, and shoes that may get wet.",
        "Is there a place to leave a bicycle?",
        "Right beside the door.",
        "Perfect, see you there!",
    ),
}
