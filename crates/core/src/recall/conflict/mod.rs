//! What closeness of meaning must not bridge. Two texts may be as similar as texts can be, and yet one does not
//! answer the other, since a word in one contradicts a word in the other: another number, another symbol, an
//! opposite, a negation.
//!
//! A word on one side only is no conflict: people explain themselves, and leave out what is clear to them.

mod kinds;
mod negation;
mod numbers;
mod opposites;
mod prefixes;
mod units;
mod ways;

use super::likeness::{COMPARED_TERMS, Exchanged};
use crate::text::{Kind, Term};

/// Why a stimulus does not answer a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Conflict {
    /// Each has a number, a code or a single letter that the other lacks.
    Number,
    /// The same number counts different things, or different currencies are named.
    Unit,
    /// Each has a symbol that the other lacks.
    Symbol,
    /// Each names another month, system, or whatever else is one of a kind.
    Kind,
    /// They lead from the same to the same, but the other way round.
    Way,
    /// One has a word, and the other its opposite.
    Opposite,
    /// One is the other with a negation, or one has without what the other is about.
    Negation,
}

/// Which kinds of words a text has that may contradict another text. Most pairs of texts have none in common, so that
/// there is nothing to compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claims {
    names: bool,
    units: bool,
    symbols: bool,
    kinds: bool,
    ways: bool,
    sides: bool,
    prefixes: bool,
    paired: bool,
    negations: bool,
    exclusions: bool,
}

impl Claims {
    /// What the terms of a text may contradict.
    pub(super) fn of(terms: &[&Term]) -> Self {
        let any = |has: fn(&Term) -> bool| terms.iter().any(|term| has(term));
        Self {
            names: any(numbers::may_be_name),
            units: any(|term| term.unit.is_some()),
            symbols: any(|term| matches!(term.kind, Kind::Symbol(_))),
            kinds: kinds::has_member(terms),
            ways: ways::has_way(terms),
            sides: opposites::takes_side(terms),
            prefixes: any(|term| opposites::bases(term).next().is_some()),
            paired: any(|term| prefixes::paired(term).next().is_some()),
            negations: negation::has_negation(terms),
            exclusions: any(negation::excludes),
        }
    }
}

/// A text, as it is searched for contradictions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'text> {
    pub(super) terms: &'text [&'text Term],
    pub(super) claims: Claims,
}

/// Whether two words that stand in the place of each other mean the same thing of two that are opposites: `launch` and
/// `start`, `отключить` and `убрать`.
pub(super) fn agree(question: &[&Term], stimulus: &[&Term], exchanged: Exchanged) -> bool {
    opposites::are_on_one_side((question, exchanged.asked), (stimulus, exchanged.taught))
}

/// What contradicts in a question and a stimulus; `None` if nothing does. Symmetric.
pub(super) fn conflict(question: Text<'_>, stimulus: Text<'_>) -> Option<Conflict> {
    let one = &question.terms[..question.terms.len().min(COMPARED_TERMS)];
    let other = &stimulus.terms[..stimulus.terms.len().min(COMPARED_TERMS)];
    let both = |claim: fn(Claims) -> bool| claim(question.claims) && claim(stimulus.claims);
    let either = |claim: fn(Claims) -> bool| claim(question.claims) || claim(stimulus.claims);
    if both(|has| has.names) && numbers::numbers_differ(one, other) || numbers::short_words_differ(one, other)
    {
        Some(Conflict::Number)
    } else if both(|has| has.names || has.units) && units::units_differ(one, other) {
        Some(Conflict::Unit)
    } else if either(|has| has.symbols) && numbers::symbols_differ(one, other) {
        Some(Conflict::Symbol)
    } else if both(|has| has.kinds) && kinds::members_differ(one, other) {
        Some(Conflict::Kind)
    } else if both(|has| has.ways) && ways::are_reversed(one, other) || ways::changed_places(one, other) {
        Some(Conflict::Way)
    } else if both(|has| has.sides) && opposites::are_opposite(one, other)
        || both(|has| has.paired) && prefixes::are_opposed(one, other)
        || question.claims.prefixes && opposites::has_turned_round(one, other)
        || stimulus.claims.prefixes && opposites::has_turned_round(other, one)
    {
        Some(Conflict::Opposite)
    } else if either(|has| has.negations) && negation::is_negated(one, other)
        || question.claims.exclusions && negation::is_excluded(one, other)
        || stimulus.claims.exclusions && negation::is_excluded(other, one)
    {
        Some(Conflict::Negation)
    } else {
        None
    }
}

/// For the fuzzers: a contradiction is mutual, and no text contradicts itself.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (one, other) = text.split_once('\0').unwrap_or((&text, ""));
    let (one, other) = (crate::text::terms(one), crate::text::terms(other));
    let (one, other): (Vec<&Term>, Vec<&Term>) = (one.iter().collect(), other.iter().collect());
    let text = |terms| Text { terms, claims: Claims::of(terms) };
    assert_eq!(conflict(text(&one), text(&other)), conflict(text(&other), text(&one)));
    assert_eq!(conflict(text(&one), text(&one)), None);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::terms;
    use proptest::prelude::*;

    #[track_caller]
    fn assert_conflicts(cases: &[(&str, &str, Option<Conflict>)]) {
        for (question, stimulus, expected) in cases {
            let (one, other) = (terms(question), terms(stimulus));
            let (one, other): (Vec<&Term>, Vec<&Term>) = (one.iter().collect(), other.iter().collect());
            let (one, other) = (text(&one), text(&other));
            assert_eq!(conflict(one, other), *expected, "{question} / {stimulus}");
            assert_eq!(conflict(other, one), *expected, "{stimulus} / {question}");
        }
    }

    fn text<'text>(terms: &'text [&'text Term]) -> Text<'text> {
        Text { terms, claims: Claims::of(terms) }
    }

    #[test]
    fn another_number_contradicts() {
        let number = Some(Conflict::Number);
        assert_conflicts(&[
            ("What is a 404?", "What is a 500?", number),
            ("error E-1207", "error E-1208", number),
            ("error E-1207", "error K-1207", number),
            ("changes in 4.0.2", "changes in 4.2.0", number),
            ("что нового в версии 2", "что нового в версии 3", number),
            ("какой лимит файла 15 ГБ", "Какой лимит файла 1,5 ГБ?", number),
            ("who sits in room 212", "Who sits in room 2/12?", number),
            ("what does error 503 mean", "What does error 5-03 mean?", number),
            ("what is 1 as exit code", "What is -1 as exit code?", number),
            ("what is 1 as exit code", "What is minus 1 as exit code?", number),
            ("что значит температура 20", "Что значит температура минус 20?", number),
            ("rules of phase two", "rules of phase 3", number),
            ("port 8080", "port 80, 443", number),
            ("windows 10 update", "update of windows11", number),
            ("UTC+3", "UTC-3", number),
            ("grep -e", "grep -v", number),
            ("vitamin C", "vitamin K", number),
            ("iPhone X", "iPhone 11", number),
            ("room 3-A", "room 3-B", number),
            ("١٢٣ خطأ", "خطأ ١٢٤", number),
        ]);
    }

    #[test]
    fn a_number_on_one_side_is_an_addition() {
        assert_conflicts(&[
            ("I waited 20 minutes, how do I restart?", "how do I restart", None),
            ("I got error 404 after 20 minutes", "what is error 404", None),
            ("error E1207", "error E-1207", None),
            ("error E 1207", "error E1207", None),
            ("ошибка Е-42", "ошибка E-42", None),
            ("a file of 5GB", "a file of 5 GB", None),
            ("на 5-м этаже", "на 5 этаже", None),
            ("two factors", "2 factors", None),
            ("changes in v1.2", "changes in version 1.2", None),
            ("a share of .5", "a share of 0.5", None),
            ("1 000,50 рублей", "1000.50 рублей", None),
            ("1.5 GB", "1,5 ГБ", None),
            ("1,000 items", "1000 items", None),
            ("10 000 рублей", "10000 рублей", None),
            ("ошибка ٥٠٣", "ошибка 503", None),
        ]);
    }

    #[test]
    fn times_and_dates_are_numbers() {
        let number = Some(Conflict::Number);
        assert_conflicts(&[
            ("set an alarm for 6 am", "set an alarm for 7 pm", number),
            ("встреча в 12:30", "встреча в 13:00", number),
            ("отчет за 8 мая", "отчет за 9 мая", number),
            ("room 6 at 7 am", "room 5 at 7 am", number),
        ]);
    }

    #[test]
    fn a_number_may_be_written_as_a_word() {
        let number = Some(Conflict::Number);
        assert_conflicts(&[
            ("which bus goes to stop fifteen", "which bus goes to stop 50", number),
            ("which bus goes to stop 15", "which bus goes to stop fifteen", None),
            ("extension twenty five", "extension 26", number),
            ("extension twenty five", "extension twenty six", number),
            ("extension twenty five", "extension 25", None),
            ("single factor login", "two factor login", number),
            ("part no. 12", "part 12", None),
            ("кто живет на третьем этаже", "кто живет на 4 этаже", number),
            ("кто живет на шестом этаже", "кто живет на 6 этаже", None),
            ("the third floor", "the 4th floor", number),
            ("king Henry VIII", "king Henry VII", number),
            ("World War I causes", "World War II causes", number),
            ("World War II causes", "World War 2 causes", None),
            ("one-way ticket", "two-way ticket", number),
            ("take it twice a day", "take it three times a day", number),
            ("a budget of five million", "a budget of 5 billion", number),
            ("a budget of five million", "a budget of 5 million", None),
            ("the price of a dozen eggs", "the price of half a dozen eggs", number),
            ("divide by 2", "divide by two and a half", number),
            ("which one of the 3 plans is best", "which of the three plans is best", None),
            ("hepatitis A vaccine", "hepatitis B vaccine", number),
            ("гепатит А прививка", "гепатит Б прививка", number),
            ("Model S price", "Model X price", number),
            ("Пётр I", "Пётр Второй", number),
            ("сколько стоит полтора килограмма", "сколько стоит два килограмма", number),
            ("сколько стоит сто рублей", "сколько стоит тысяча рублей", number),
            ("a pair of tickets", "three tickets", number),
            ("how do I open port 443 on eth0", "how do I open port 443 on eth1", number),
            ("servers in eu-west-1", "servers in us-west-1", number),
            ("the meeting at 9 am", "the meeting at 9:00 am", None),
            ("встреча в 18:00", "встреча в 6 вечера", None),
            ("the shop closes at 18:00", "the shop closes at 6 pm", None),
            ("the shop closes at 18:00", "the shop closes at 7 pm", number),
        ]);
    }

    #[test]
    fn another_member_of_a_kind_contradicts() {
        let kind = Some(Conflict::Kind);
        assert_conflicts(&[
            ("the meeting on 12 March", "the meeting on 12 May", kind),
            ("may I park here in March", "parking here in March", None),
            ("отчет за октябрь", "отчеты за ноябрь", kind),
            ("closed on Monday", "closed on Tuesday", kind),
            ("driver for Windows", "driver for Linux", kind),
            ("Java version", "JavaScript version", kind),
            ("red light", "green light", kind),
            ("собрание в 9 утра", "собрание в 9 вечера", kind),
            ("зимний отпуск", "отпуск летом", kind),
            ("the north gate", "the west gate", kind),
            ("late tomorrow", "late yesterday", kind),
            ("Windows and Linux drivers", "Linux drivers", None),
        ]);
    }

    #[test]
    fn the_other_way_round_contradicts() {
        let way = Some(Conflict::Way);
        assert_conflicts(&[
            ("from 5 to 7", "from 7 to 5", way),
            ("how to convert inches to cm", "how to convert cm to inches", way),
            ("migrate from AWS to GCP", "migrate from GCP to AWS", way),
            ("перевести с карты на счёт", "перевести со счёта на карту", way),
            ("train from Moscow to Kazan", "train to Kazan from Moscow", None),
            ("положить в архив", "достать из архива", way),
            ("does Olga manage Petr", "does Petr manage Olga", way),
            ("руководит ли Ольга Петром", "Петром руководит Ольга", None),
            ("restart the payment service", "restart the service for payment", None),
            ("replace the tag with a label", "replace a label with the tag", way),
            ("how to reset the password of the router", "reset the router password", None),
        ]);
    }

    #[test]
    fn another_unit_contradicts() {
        let unit = Some(Conflict::Unit);
        assert_conflicts(&[
            ("is 5 GB enough", "is 5 MB enough", unit),
            ("лимит 5 ГБ", "лимит 5 МБ", unit),
            ("deliver in 3 days", "deliver in 3 weeks", unit),
            ("a discount of 10%", "a discount of $10", unit),
            ("price in dollars", "price in €", unit),
            ("цена в рублях", "цена в долларах", unit),
            ("is 5 GB enough", "is 5 gigabytes enough", None),
            ("лимит 5 ГБ", "limit 5 gb", None),
            ("price in dollars", "price in $", None),
            ("price in $", "price", None),
            ("the cost in USD", "the cost in US dollars", None),
            ("стоимость в тенге", "стоимость в ₽", unit),
            ("стоимость в тенге", "стоимость в ₸", None),
            ("a week off", "a day off", None),
            ("meeting at 9 am", "meeting at 9 pm", Some(Conflict::Number)),
            ("лекарство 5 мг", "лекарство 5 мкг", unit),
            ("battery 5 V", "battery 5 A", Some(Conflict::Number)),
            ("truck of 3 t", "truck of 3 kg", unit),
            ("5 MiB cache", "5 MB cache", unit),
            ("resistor 10kΩ", "resistor 10MΩ", Some(Conflict::Number)),
            ("size 42 EU", "size 42 US", Some(Conflict::Number)),
            ("the distance in miles", "the distance in kilometres", unit),
            ("delay in ms", "delay in µs", unit),
            ("задержка в секундах", "задержка в минутах", unit),
            ("price per hour", "price per day", unit),
            ("how many kilometres are reimbursed", "How many miles are reimbursed?", unit),
            ("сколько килограммов можно взять", "Сколько фунтов можно взять?", unit),
            ("how many days of leave", "how much leave in days", None),
            ("reimbursed centimetres of screen", "Reimbursed inches of screen?", unit),
            ("screen of 15 inches in centimetres", "Reimbursed inches of screen?", None),
            ("transfer 5 EUR to the card", "transfer 5 to the card", None),
        ]);
    }

    #[test]
    fn another_symbol_contradicts() {
        let symbol = Some(Conflict::Symbol);
        assert_conflicts(&[
            ("What is C++", "What is C#", symbol),
            ("What is C", "What is C++", symbol),
            ("what does == do", "what does === do", symbol),
            ("chmod +x", "chmod -x", symbol),
            ("what is $x", "what is @x", symbol),
            ("cd ..", "cd ~", symbol),
            ("discount > 10%", "discount < 10%", symbol),
            ("price in ₿", "price in %", symbol),
            ("blood type A+", "blood type A-", symbol),
            ("what does [] mean", "what does {} mean", symbol),
            ("what does 👍 mean", "what does 👎 mean", symbol),
            ("a ≠ b", "a != b", None),
            ("restart it 🙏", "a discount of 10%", None),
            ("restart it 🙏🏽", "restart it 🙏", None),
            ("what is ++ in C", "what is C", None),
        ]);
    }

    #[test]
    fn opposites_contradict() {
        let opposite = Some(Conflict::Opposite);
        assert_conflicts(&[
            ("enable notifications", "disable notifications", opposite),
            ("как включить уведомления", "как выключить уведомления", opposite),
            ("отключи уведомления", "как включить уведомления", opposite),
            ("turn on the light", "turn the light off", opposite),
            ("switch off sync", "enable sync", opposite),
            ("notifications on", "notifications off", opposite),
            ("is the server up", "is the server down", opposite),
            ("what is allowed", "what is forbidden", opposite),
            ("roll back", "roll forward", opposite),
            ("прийти раньше", "прийти позже", opposite),
            ("turn the volume up", "turn the volume down", opposite),
            ("what to do before the release", "what to do after the release", opposite),
            ("что делать до релиза", "что делать после релиза", opposite),
            ("start the service", "stopping the service", opposite),
            ("запустить сервис", "остановка сервиса", opposite),
            ("install the agent", "uninstall the agent", opposite),
            ("add a user", "remove a user", opposite),
            ("добавить пользователя", "удалить пользователя", opposite),
            ("increase the limit", "decrease the limit", opposite),
            ("увеличить лимит", "уменьшить лимит", opposite),
            ("allow cookies", "deny cookies", opposite),
            ("разрешить доступ", "запретить доступ", opposite),
            ("open an account", "close an account", opposite),
            ("открыть счет", "закрыть счет", opposite),
            ("buy shares", "sell shares", opposite),
            ("купить акции", "продать акции", opposite),
            ("import contacts", "export contacts", opposite),
            ("импорт контактов", "экспорт контактов", opposite),
            ("log in", "log out", opposite),
            ("войти в систему", "выйти из системы", Some(Conflict::Way)),
            ("upload a file", "download a file", opposite),
            ("lock the card", "unlock the card", opposite),
            ("заблокировать карту", "разблокировать карту", opposite),
            ("a subscribed user", "an unsubscribed user", opposite),
            ("is it refundable", "is it nonrefundable", opposite),
            ("активный пользователь", "неактивный пользователь", opposite),
            ("платный тариф", "бесплатный тариф", opposite),
            ("valid certificate", "invalid certificate", opposite),
            ("подключить интеграцию", "отключить интеграцию", opposite),
            ("the first invoice", "the last invoice", opposite),
            ("максимальный размер", "минимальный размер", opposite),
            ("при высоком давлении", "при низком давлении", opposite),
            ("people over 18", "people under 18", opposite),
            ("the fastest plan", "the slowest plan", opposite),
            ("duties of the landlord", "duties of the tenant", opposite),
            ("обязанности работодателя", "обязанности работника", opposite),
            ("next episode", "previous episode", opposite),
            ("накатить миграцию", "откатить миграцию", opposite),
            ("замьютить канал", "размьютить канал", opposite),
            ("закрепить сообщение", "открепить сообщение", opposite),
            ("overestimate the cost", "underestimate the cost", opposite),
            ("back up the database", "restore the database", opposite),
            ("как сделать бэкап базы", "как восстановить базу из бэкапа", opposite),
            ("odd rows", "even rows", opposite),
            ("who is on call this week", "who is on call next week", opposite),
            ("кто дежурит на этой неделе", "кто дежурит на следующей неделе", opposite),
            ("как сделать заказ", "как отменить заказ", opposite),
            ("the report of last month", "the report of next month", opposite),
            ("where is the entrance", "where is the exit", opposite),
            ("вступить в клуб", "выйти из клуба", Some(Conflict::Way)),
            ("хочу похудеть", "хочу поправиться", opposite),
            ("взять деньги в долг", "дать деньги в долг", opposite),
        ]);
    }

    #[test]
    fn what_only_looks_opposite_does_not_contradict() {
        assert_conflicts(&[
            ("enable notifications", "turn on notifications", None),
            ("turn off updates on the phone", "turn off updates", None),
            ("open and close the valve", "close the valve", None),
            ("display the count", "play the count", None),
            ("несколько отчетов", "сколько отчетов", None),
            ("remove trust of a computer", "untrust a computer", None),
            ("who unfriended me", "who removed me as a friend", None),
            ("log in to the portal", "how to sign in", None),
            ("restart the server", "reboot the server", None),
        ]);
    }

    #[test]
    fn a_negation_contradicts_where_it_turns_the_question_round() {
        let negation = Some(Conflict::Negation);
        assert_conflicts(&[
            ("Why can I not log in", "why can I log in", negation),
            ("почему не работает VPN", "почему работает VPN", negation),
            ("what is not included", "what is included", negation),
            ("что не входит в тариф", "что входит в тариф", negation),
            ("notify me", "don't notify me", negation),
            ("log in with a password", "log in without a password", negation),
            ("вход с паролем", "вход без пароля", negation),
            ("non-EU citizens", "EU citizens", negation),
            ("who has no access", "who has access", negation),
            ("why is the shop not open on Sunday", "Is the shop open on Sunday?", negation),
            ("why doesn't the lift work at night", "Does the lift work at night?", negation),
            ("why can guests not use the wifi", "Can guests use the wifi?", negation),
            ("what if the badge does not work at weekends", "does the badge work at weekends", negation),
            ("почему магазин не работает в праздники", "Работает ли магазин в праздники?", negation),
            ("почему нельзя парковаться во дворе", "Можно ли парковаться во дворе?", negation),
            ("I can't change my password", "Can I change my password?", None),
            ("у кого нет доступа", "у кого есть доступ", negation),
            ("что если нет визы", "что если есть виза", negation),
            ("it no longer works", "it works", negation),
            ("lacking root rights", "with root rights", negation),
            ("a sugar-free drink", "a drink with sugar", negation),
            ("I can't log in", "how do I log in", None),
            ("не могу войти", "как войти", None),
            ("I don't know where my phone is", "tell me where my phone is", None),
            ("I can't get the card to work", "get the card to work", None),
            ("is it original or not", "is it original", None),
            ("the VPN does not connect to the server", "VPN problems", None),
            ("что делать без интернета", "что делать, если нет интернета", None),
            ("I'm without a badge", "I don't have a badge", None),
            ("read it without having to register", "I must register to read it", None),
        ]);
    }

    #[test]
    fn words_for_the_same_side_agree() {
        let agree = |one: &str, other: &str, asked: usize, taught: usize| {
            let (one, other) = (terms(one), terms(other));
            let (one, other): (Vec<&Term>, Vec<&Term>) = (one.iter().collect(), other.iter().collect());
            super::agree(&one, &other, Exchanged { asked, taught, alone: true })
        };
        for (one, other) in [
            ("enable dark mode", "turn on dark mode"),
            ("log out", "sign out"),
            ("launch the app", "start the app"),
            ("удалить аккаунт", "стереть аккаунт"),
            ("выключить компьютер", "вырубить комп"),
        ] {
            assert!(agree(one, other, 0, 0), "{one} / {other}");
        }
        assert!(!agree("enable dark mode", "disable dark mode", 0, 0));
        assert!(!agree("restart the search", "restart the payment", 2, 2));
        // It is not the verb that was exchanged.
        assert!(!agree("включи свет на кухне", "включи свет в спальне", 3, 3));
    }

    #[test]
    fn nothing_contradicts_itself() {
        for written in ["turn it on and off", "не 5, а 6", "C++ or C#", "10% without $5", ""] {
            let terms = terms(written);
            let terms: Vec<&Term> = terms.iter().collect();
            assert_eq!(conflict(text(&terms), text(&terms)), None, "{written}");
        }
    }

    /// Texts of words that contradict something.
    fn texts() -> impl Strategy<Value = String> {
        let words = [
            "5",
            "6",
            "two",
            "E-42",
            "C",
            "GB",
            "MB",
            "$",
            "euros",
            "+",
            "++",
            "#",
            "=",
            "on",
            "off",
            "turn",
            "enable",
            "disable",
            "valid",
            "invalid",
            "remove",
            "not",
            "don't",
            "know",
            "what",
            "can",
            "without",
            "non",
            "with",
            "password",
            "server",
            "7",
            "am",
            "pm",
            "one",
            "I",
            "II",
            "half",
            "may",
            "june",
            "from",
            "to",
            "no",
            "free",
            "накатить",
            "откатить",
            "this",
            "next",
            "week",
        ];
        prop::collection::vec(prop::sample::select(words.to_vec()), 0..6).prop_map(|words| words.join(" "))
    }

    proptest! {
        #[test]
        fn texts_without_the_claims_for_a_conflict_have_none(one in texts(), other in texts()) {
            let (one, other) = (terms(&one), terms(&other));
            let (one, other): (Vec<&Term>, Vec<&Term>) = (one.iter().collect(), other.iter().collect());
            let every = Claims {
                names: true, units: true, symbols: true, kinds: true, ways: true, sides: true, prefixes: true,
                paired: true, negations: true, exclusions: true,
            };
            let compared = |terms| Text { terms, claims: every };
            prop_assert_eq!(conflict(text(&one), text(&other)), conflict(compared(&one), compared(&other)));
        }
    }
}
