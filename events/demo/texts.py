"""Names of demo organizations and events, in the language of their country."""

from typing import NamedTuple

from matchmaker.models import Language


class Kind(NamedTuple):
    """A kind of organization: its names, descriptions and events."""

    name: str
    about: str
    events: tuple[str, ...]


class Words(NamedTuple):
    """Words of a language; `title` and `address` are templates."""

    title: str
    address: str
    kinds: tuple[Kind, ...]
    names: tuple[str, ...]
    streets: tuple[str, ...]
    invitations: tuple[str, ...]


_ENGLISH = Words(
    title="{name} {kind}",
    address="{house} {street}",
    kinds=(
        Kind("Running Club", "We run in any weather, and slowly if need be.",
             ("Morning run", "Five kilometres together", "Intervals in the park",
              "Run and breakfast", "Night run with lamps")),
        Kind("Book Club", "One book a month, and much talk about it.",
             ("A novel and tea", "Book swap", "An evening of short stories",
              "Reading aloud", "Poems from memory")),
        Kind("Chess Club", "Boards, clocks and patience for beginners.",
             ("Blitz tournament", "Chess for beginners", "Chess in the park",
              "Problems and pizza", "Playing twenty at once")),
        Kind("Film Club", "Old films on a large wall.",
             ("Silent film with a piano", "Short films", "Film by the river",
              "A night of thrillers", "Animation for grown-ups")),
        Kind("Language Exchange", "Half an hour in yours, half an hour in mine.",
             ("English over coffee", "Spanish evening", "Tables of ten languages",
              "French and cheese", "Walk and talk")),
        Kind("Dance School", "Nobody was born dancing.",
             ("First tango", "Salsa under the sky", "Swing night",
              "Waltz in an hour", "Folk dances")),
        Kind("Walking Society", "We look up: there are faces on the houses.",
             ("Courtyards of the old town", "Roofs and towers", "Bridges at night",
              "Birds of our parks", "In the steps of the architects")),
        Kind("Choir", "Come, whether you read music or not.",
             ("Open rehearsal", "Songs in the yard", "Concert of the season",
              "Canon for a hundred voices", "Voices and strings")),
        Kind("Game Night", "Dice, cards and tables for eight.",
             ("Board games", "Strategy games", "Quiz", "Mafia", "Games of childhood")),
        Kind("Workshop", "Clay, wood, and hands that remember.",
             ("First time at the wheel", "Carving spoons", "Printing from linoleum",
              "Mending instead of buying", "Glaze and kiln")),
    ),
    names=(
        "Lighthouse", "Compass", "April", "Northern", "Riverside", "Blue Door",
        "Lantern", "Old Mill", "Swallow", "Harbour", "Maple", "Seven Hills",
        "Windmill", "Sunday", "Orchard", "Tramway", "Kite", "Foxglove", "Granite",
        "Paper Boat", "Acorn", "Sundial", "Heron", "Corner House",
    ),
    streets=(
        "Station Road", "Mill Lane", "Garden Street", "Church Street", "Quay Street",
        "Park Avenue", "School Lane", "Bridge Street", "Market Square", "Hill Road",
    ),
    invitations=(
        "Beginners are welcome.", "Bring a friend.", "Bring something to drink.",
        "We meet at the entrance.", "Children come along.", "We end when it is dark.",
    ),
)  # fmt: skip

_RUSSIAN = Words(
    title="{kind} «{name}»",
    address="{street}, {house}",
    kinds=(
        Kind("Беговой клуб", "Бегаем в любую погоду, а если надо, то и медленно.",
             ("Утренняя пробежка", "Пять километров вместе", "Интервалы в парке",
              "Пробежка с завтраком", "Ночной забег с фонарями")),
        Kind("Книжный клуб", "Одна книга в месяц и много разговоров о ней.",
             ("Роман и чай", "Обмен книгами", "Вечер рассказов", "Читаем вслух",
              "Стихи наизусть")),
        Kind("Шахматный клуб", "Доски, часы и терпение для новичков.",
             ("Блиц-турнир", "Шахматы с нуля", "Шахматы в парке", "Задачи и пицца",
              "Сеанс на двадцати досках")),
        Kind("Киноклуб", "Старое кино на большой стене.",
             ("Немое кино под рояль", "Короткий метр", "Кино у реки",
              "Ночь триллеров", "Мультфильмы для взрослых")),
        Kind("Разговорный клуб", "Полчаса на вашем языке, полчаса на нашем.",
             ("Английский за кофе", "Испанский вечер", "Десять языков за столом",
              "Французский и сыр", "Прогулка с разговором")),
        Kind("Школа танцев", "Танцевать с рождения не умеет никто.",
             ("Первое танго", "Сальса под открытым небом", "Вечер свинга",
              "Вальс за час", "Народные танцы")),
        Kind("Общество прогулок", "Смотрим вверх: на домах есть лица.",
             ("Дворы старого города", "Крыши и башни", "Мосты ночью",
              "Птицы наших парков", "По следам архитекторов")),
        Kind("Хор", "Приходите, даже если не знаете нот.",
             ("Открытая репетиция", "Песни во дворе", "Концерт сезона",
              "Канон на сто голосов", "Голоса и струны")),
        Kind("Игротека", "Кости, карты и столы на восьмерых.",
             ("Настольные игры", "Стратегии", "Квиз", "Мафия", "Игры нашего детства")),
        Kind("Мастерская", "Глина, дерево и руки, которые помнят.",
             ("Впервые за гончарным кругом", "Режем ложки", "Печать с линолеума",
              "Чиним, а не покупаем", "Глазурь и печь")),
    ),
    names=(
        "Маяк", "Компас", "Апрель", "Север", "Берег", "Синяя дверь", "Фонарь",
        "Мельница", "Ласточка", "Гавань", "Клён", "Семь холмов", "Ветер",
        "Воскресенье", "Яблоня", "Трамвай", "Воздушный змей", "Иволга", "Гранит",
        "Бумажный кораблик", "Жёлудь", "Полдень", "Цапля", "Дом на углу",
    ),
    streets=(
        "Вокзальная ул.", "Садовая ул.", "ул. Мира", "Школьная ул.", "Набережная ул.",
        "Парковая ул.", "Лесная ул.", "Мостовая ул.", "Рыночная пл.", "Северный пер.",
    ),
    invitations=(
        "Новичкам рады.", "Приводите друзей.", "Возьмите с собой чай.",
        "Встречаемся у входа.", "Можно с детьми.", "Заканчиваем с темнотой.",
    ),
)  # fmt: skip

WORDS = {Language.ENGLISH: _ENGLISH, Language.RUSSIAN: _RUSSIAN}
