//! The words of drill texts: frequent words of both languages, chosen so that recall distinguishes them
//! whatever else is taught. All have eight letters, so a question with one typing error in each word has a
//! similarity of exactly 7/8. The tests of `phrases` check everything that drills rely on.

/// Places for words in a stimulus.
pub(super) const PLACES: usize = 9;
/// Words to choose from for each place.
pub(super) const CHOICES: usize = 16;

/// The words of one language.
pub(super) struct Language {
    /// The words of stimuli, by place.
    pub(super) subjects: [[&'static str; CHOICES]; PLACES],
    /// Words that are never taught.
    pub(super) unknown: [&'static str; CHOICES],
}

#[rustfmt::skip]
pub(super) const ENGLISH: Language = Language {
    subjects: [
        [
            "analysis", "children", "concerns", "download", "economic", "external", "favorite", "festival",
            "magazine", "minister", "personal", "pleasure", "provides", "stations", "superior", "thousand",
        ],
        [
            "coverage", "delivery", "describe", "exercise", "historic", "industry", "language", "marriage",
            "mistakes", "movement", "products", "purposes", "regional", "strategy", "strength", "together",
        ],
        [
            "accounts", "continue", "examples", "greatest", "identify", "includes", "instance", "measures",
            "networks", "patients", "problems", "research", "straight", "suggests", "transfer", "valuable",
        ],
        [
            "anywhere", "approval", "audience", "champion", "contract", "european", "exposure", "function",
            "interest", "interior", "platform", "programs", "register", "remember", "response", "visitors",
        ],
        [
            "articles", "attempts", "comments", "families", "increase", "injuries", "medicine", "opposite",
            "original", "possible", "requires", "sessions", "software", "somewhat", "standard", "universe",
        ],
        [
            "attitude", "believes", "birthday", "daughter", "director", "distance", "document", "features",
            "mountain", "policies", "question", "schedule", "stronger", "struggle", "supplies", "tomorrow",
        ],
        [
            "absolute", "aircraft", "approach", "campaign", "cultural", "employee", "episodes", "exchange",
            "football", "hospital", "presence", "purchase", "recovery", "services", "symptoms", "vehicles",
        ],
        [
            "academic", "argument", "bathroom", "benefits", "customer", "elements", "everyday", "graduate",
            "multiple", "practice", "previous", "property", "reaction", "romantic", "surprise", "yourself",
        ],
        [
            "behavior", "category", "ceremony", "chairman", "complete", "consider", "creative", "district",
            "electric", "machines", "memories", "messages", "millions", "pictures", "students", "thoughts",
        ],
    ],
    unknown: [
        "alliance", "controls", "designer", "discover", "downtown", "entrance", "explains", "lifetime",
        "mortgage", "opinions", "ordinary", "patterns", "priority", "resource", "sciences", "supports",
    ],
};

#[rustfmt::skip]
pub(super) const RUSSIAN: Language = Language {
    subjects: [
        [
            "аэропорт", "выставка", "давление", "долларов", "капитала", "культура", "называют", "особенно",
            "политика", "пределах", "признать", "принципе", "проходит", "случайно", "сообщает", "человека",
        ],
        [
            "аппарата", "вероятно", "включает", "внезапно", "водитель", "выглядит", "выиграть", "договора",
            "источник", "например", "несмотря", "объектов", "поставил", "примерно", "ресурсов", "содержит",
        ],
        [
            "вопросов", "избежать", "качестве", "контракт", "контроль", "личности", "материал", "наиболее",
            "напротив", "писателя", "подписал", "практика", "разговор", "сведения", "способен", "средства",
        ],
        [
            "введение", "вернулся", "двадцать", "движения", "здоровья", "командир", "накануне", "открытие",
            "половины", "потерять", "приехали", "развития", "серьезно", "ситуации", "торговли", "учитывая",
        ],
        [
            "возможно", "возрасте", "вынужден", "выступил", "ежегодно", "занимает", "известно", "изучения",
            "медленно", "означает", "описание", "основном", "растений", "редакции", "совершил", "характер",
        ],
        [
            "внимание", "действия", "интервью", "квартиру", "клиентов", "комплекс", "народный", "обладает",
            "обучения", "операции", "отвечает", "отставку", "свойства", "убийстве", "частично", "чувствую",
        ],
        [
            "больнице", "временем", "довольно", "значения", "комиссия", "наоборот", "отличный", "очевидно",
            "памятник", "покинуть", "праздник", "снижение", "собрания", "согласно", "телефону", "художник",
        ],
        [
            "выходные", "институт", "кандидат", "компании", "наверное", "назначен", "написано", "ощущение",
            "передачи", "причиной", "провести", "редактор", "системой", "скорость", "создание", "традиции",
        ],
        [
            "вызывает", "доказать", "конкурса", "навсегда", "название", "начинает", "недалеко", "общества",
            "огромное", "подобные", "помогает", "помощник", "попросил", "работать", "спокойно", "сценарий",
        ],
    ],
    unknown: [
        "варианты", "вспомнил", "животные", "закончил", "защищать", "королева", "механизм", "мощность",
        "отдельно", "подумала", "позволит", "покупать", "проиграл", "сомнения", "туристов", "участков",
    ],
};
