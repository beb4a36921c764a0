//! Words that ask for opposite things: `enable` and `disable`, `turn on` and `turn off`, `купить` and
//! `продать`, and words with a prefix that turns them round.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::{Kind, Term, stem};

/// Whether one text has a word, and the other only its opposite.
pub(super) fn are_opposite(one: &[&Term], other: &[&Term]) -> bool {
    let (sides, others) = (sides(one), sides(other));
    let only = |sides: &[Side], side: Side| sides.contains(&side) && !sides.contains(&side.opposite());
    sides.iter().any(|side| only(&sides, *side) && only(&others, side.opposite()))
}

/// Whether a word of each text means the same side, alone or with its particle: `enable`, `turn on`.
pub(super) fn are_on_one_side(one: (&[&Term], usize), other: (&[&Term], usize)) -> bool {
    let others = sides_of(other);
    sides_of(one).iter().any(|side| others.contains(side))
}

/// The sides that one word of a text takes.
fn sides_of((terms, at): (&[&Term], usize)) -> Vec<Side> {
    let Some(word) = terms.get(at..=at) else { return Vec::new() };
    let is_verb = |verbs: &str| verbs.split(' ').any(|verb| verb == word[0].stem);
    let alone = sides(word);
    if alone.is_empty() && PHRASES.iter().any(|(verbs, ..)| is_verb(verbs)) {
        return phrases(terms).collect();
    }
    alone
}

/// Whether a text has a word of which there is an opposite.
pub(super) fn takes_side(terms: &[&Term]) -> bool {
    !sides(terms).is_empty()
}

/// A side of a pair of opposites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Side {
    pair: usize,
    first: bool,
}

impl Side {
    fn opposite(self) -> Self {
        Self { first: !self.first, ..self }
    }
}

/// The sides that a text takes.
fn sides(terms: &[&Term]) -> Vec<Side> {
    static LISTED: LazyLock<HashMap<String, Vec<Side>>> = LazyLock::new(listed);
    let words = terms.iter().filter_map(|term| LISTED.get(&term.stem)).flatten().copied();
    let last = terms.last().and_then(|term| match term.word.as_str() {
        "on" => Some(Side { pair: ENABLED, first: true }),
        "off" => Some(Side { pair: ENABLED, first: false }),
        "up" => Some(Side { pair: MORE, first: true }),
        "down" => Some(Side { pair: MORE, first: false }),
        _ => None,
    });
    words.chain(phrases(terms)).chain(last).chain(present(terms)).collect()
}

fn listed() -> HashMap<String, Vec<Side>> {
    let mut listed: HashMap<String, Vec<Side>> = HashMap::new();
    for (pair, (firsts, seconds)) in PAIRS.iter().enumerate() {
        for (words, first) in [(firsts, true), (seconds, false)] {
            for word in words.split(' ') {
                let sides = listed.entry(stem(word)).or_default();
                if !sides.contains(&Side { pair, first }) {
                    sides.push(Side { pair, first });
                }
            }
        }
    }
    listed
}

/// The sides that verbs with particles take: `turn it off` disables.
fn phrases(terms: &[&Term]) -> impl Iterator<Item = Side> {
    PHRASES.iter().filter_map(|(verbs, first, second, pair)| {
        let verb = terms.iter().position(|term| verbs.split(' ').any(|verb| verb == term.stem))?;
        let near = &terms[verb + 1..terms.len().min(verb + 1 + PHRASE_TERMS)];
        let has = |particle: &str| near.iter().any(|term| term.word == particle);
        // `turn off updates on the phone`: the particle that is a preposition too counts only by itself.
        match (has(first), has(second)) {
            (_, true) => Some(Side { pair: *pair, first: false }),
            (true, false) => Some(Side { pair: *pair, first: true }),
            (false, false) => None,
        }
    })
}

/// `this week`, `на этой неделе`: neither the next nor the last one.
fn present(terms: &[&Term]) -> Option<Side> {
    let this = |term: &Term| term.word == "this" || term.word.starts_with("эт");
    let time = |term: &Term| TIMES.contains(&term.stem.as_str());
    let is_present = terms.windows(2).any(|pair| this(pair[0]) && time(pair[1]));
    is_present.then_some(Side { pair: PRESENT, first: true })
}

/// Stems of times that follow each other.
const TIMES: &[&str] = &[
    "week",
    "weekend",
    "month",
    "year",
    "quarter",
    "night",
    "semest",
    "sprint",
    "недел",
    "месяц",
    "год",
    "квартал",
    "выходн",
    "семестр",
    "спринт",
];

/// How far a particle may be from its verb, in terms.
const PHRASE_TERMS: usize = 4;

/// Verbs by their stems, particles that are opposites, and the pair of opposites they mean.
const PHRASES: &[(&str, &str, &str, usize)] = &[
    ("turn switch power put leav toggl", "on", "off", ENABLED),
    ("turn scale crank move go bring", "up", "down", MORE),
    ("log sign", "in", "out", LOGGED_IN),
    ("check clock", "in", "out", CHECKED_IN),
    ("opt zoom", "in", "out", OPTED_IN),
    ("roll step go move", "forward", "back", FORWARD),
];

// Places in `PAIRS`.
const ENABLED: usize = 0;
const MORE: usize = 1;
const LOGGED_IN: usize = 2;
const CHECKED_IN: usize = 3;
const OPTED_IN: usize = 4;
const FORWARD: usize = 5;
const PRESENT: usize = 6;

/// Opposites. A word may be in several pairs; forms with the same stem need no entry of their own.
#[rustfmt::skip]
const PAIRS: &[(&str, &str)] = &[
    ("enable activate включить вкл включи включать включение врубить активировать активация", "disable deactivate вырубить выключить выкл выключи выключать выключение отключить отключи отключать отключение убрать деактивировать"),
    ("increase raise grow louder higher увеличить увеличение повысить повышение прибавить", "decrease reduce lower quieter уменьшить уменьшение понизить понижение снизить снижение убавить"),
    ("login signin войти зайти вхожу вход входить авторизоваться", "logout signout logoff выйти выхожу выход выходить разлогиниться"),
    ("checkin заселение заехать", "checkout выселение выехать"),
    ("subscribe подписаться подписка подписывать", "unsubscribe отписаться отписка отписывать"),
    ("forward вперед", "backward backwards назад"),
    ("current текущий", "next upcoming last previous past следующий будущий прошлый предыдущий"),
    ("install installation установить установка поставить", "uninstall удалить удаление деинсталлировать снести"),
    ("add append insert attach добавить добавление прикрепить вставить", "remove delete detach erase удалить удаление стереть убрать открепить"),
    ("backup back бэкапить", "restore восстановить восстановление"),
    ("make create take сделать создать снять", "restore recover восстановить"),
    ("create создать создание завести сделать оформить", "cancel отменить отмена аннулировать"),
    ("odd нечетный", "even четный"),
    ("entrance entry enter вход", "exit выход"),
    ("сдать сдавать", "снять снимать"),
    ("похудеть худеть", "поправиться потолстеть"),
    ("вступить вступление", "выйти выход"),
    ("взять брать занять", "дать давать одолжить"),
    ("archive архивировать", "restore unarchive разархивировать"),
    ("wake просыпаться проснуться", "sleep засыпать заснуть"),
    ("serialize", "deserialize"),
    ("boy мальчик", "girl девочка"),
    ("day daytime дневной", "night ночной"),
    ("create создать создание завести", "delete destroy удалить удаление уничтожить"),
    ("start begin launch run запустить запуск начать начало стартовать старт", "stop end finish quit terminate halt kill остановить остановка закончить окончание конец завершить завершение прекратить стоп"),
    ("open открыть открытие открывать", "close shut закрыть закрытие закрывать"),
    ("lock заблокировать блокировка запереть", "unlock разблокировать разблокировка отпереть"),
    ("block ban блокировать заблокировать забанить", "unblock unban разблокировать разбанить"),
    ("mute заглушить", "unmute"),
    ("allow permit grant approve accept разрешить разрешение одобрить принять", "deny forbid forbidden reject decline refuse revoke prohibit запретить запрет отклонить отказать отозвать"),
    ("buy purchase купить покупка покупать", "sell продать продажа продавать"),
    ("import импорт импортировать", "export экспорт экспортировать"),
    ("upload загрузить залить", "download скачать выгрузить"),
    ("input ввод", "output вывод"),
    ("incoming inbound входящий", "outgoing outbound исходящий"),
    ("send отправить отправка послать", "receive получить получение принять"),
    ("deposit пополнить внести", "withdraw withdrawal снять вывести"),
    ("credit кредитовый кредит", "debit дебетовый дебет"),
    ("lend", "borrow"),
    ("before перед до", "after после"),
    ("next upcoming следующий", "previous prior last past предыдущий прошлый"),
    ("high высокий повышенный", "low низкий пониженный"),
    ("over above свыше", "under below ниже"),
    ("fastest quickest", "slowest"),
    ("oldest eldest", "youngest newest"),
    ("largest biggest greatest", "smallest tiniest"),
    ("full полный", "partial частичный"),
    ("buyer покупатель", "seller продавец"),
    ("landlord арендодатель", "tenant арендатор"),
    ("employer работодатель", "employee работник"),
    ("encode закодировать", "decode раскодировать"),
    ("synchronous синхронный", "asynchronous асинхронный"),
    ("wired проводной", "wireless беспроводной"),
    ("frontend фронтенд", "backend бэкенд"),
    ("mother мать мама", "father отец папа"),
    ("first earliest первый", "last latest последний"),
    ("min minimum minimal minimal least минимум минимальный", "max maximum maximal most максимум максимальный"),
    ("more больше", "less fewer меньше"),
    ("top upper верхний вверх сверху", "bottom нижний вниз снизу"),
    ("left левый влево слева", "right правый вправо справа"),
    ("encrypt зашифровать", "decrypt расшифровать"),
    ("compress zip pack сжать запаковать упаковать архивировать заархивировать", "decompress unzip unpack распаковать разархивировать"),
    ("expand unfold развернуть", "collapse fold свернуть"),
    ("show unhide reveal показать", "hide скрыть спрятать"),
    ("connect join подключить подключение соединить", "disconnect отключить отключение отсоединить"),
    ("mount монтировать примонтировать", "unmount umount размонтировать отмонтировать"),
    ("upgrade", "downgrade"),
    ("public публичный открытый", "private приватный закрытый"),
    ("online онлайн", "offline офлайн оффлайн"),
    ("internal внутренний", "external внешний"),
    ("include включая", "exclude кроме исключая"),
    ("arrive arrival прибыть прибытие прилет", "depart departure leave отправление отбытие вылет"),
    ("win выиграть", "lose проиграть"),
    ("profit gain прибыль", "loss убыток"),
    ("income доход", "expense расход"),
    ("whitelist allowlist", "blacklist blocklist denylist"),
    ("always всегда", "never никогда"),
    ("начислить зачислить начисление зачисление", "списать списание отчислить отчисление"),
    ("ввоз ввезти", "вывоз вывезти"),
    ("взлет взлететь", "посадка приземлиться"),
    ("earlier sooner раньше", "later позже"),
    ("upstream", "downstream"),
    ("inhale", "exhale"),
    ("cheap cheapest дешевый", "expensive дорогой"),
    ("fast faster быстрый ускорить", "slow slower медленный замедлить"),
    ("heat heating hot warm нагреть горячий теплый отопление", "cool cooling cold охладить холодный охлаждение"),
    ("push", "pull"),
    ("read чтение прочитать", "write запись записать"),
    ("ascending возрастание", "descending убывание"),
    ("horizontal горизонтальный", "vertical вертикальный"),
    ("pass сдать", "fail завалить"),
    ("hire нанять принять прием", "fire dismiss уволить увольнение"),
    ("legal законный", "illegal незаконный"),
    ("possible возможный", "impossible невозможный"),
    ("positive положительный", "negative отрицательный"),
    ("advantage benefit pro плюс преимущество", "disadvantage drawback con минус недостаток"),
    ("sunrise восход рассвет", "sunset закат"),
    ("inside внутри", "outside снаружи"),
    ("absent отсутствовать отсутствие", "present присутствовать присутствие"),
    ("pause приостановить", "resume unpause возобновить"),
    ("freeze заморозить", "unfreeze разморозить"),
    ("pin закрепить", "unpin открепить"),
    ("follow", "unfollow"),
    ("archive", "unarchive"),
    ("like лайк", "dislike unlike дизлайк"),
    ("register зарегистрироваться", "deregister unregister"),
    ("темный", "светлый"),
    ("inbox", "outbox"),
    ("undo отменить", "redo повторить"),
    ("male мужской", "female женский"),
    ("monthly месячный", "yearly annual annually годовой"),
    ("old старый", "new новый"),
    ("manual manually вручную", "automatic automatically автоматически"),
];

/// Whether a word of `one` is a word of `other` with a prefix that turns it round. In the same form only:
/// `unfriended` is not the opposite of a `friend`.
pub(super) fn has_turned_round(one: &[&Term], other: &[&Term]) -> bool {
    let has = |terms: &[&Term], word: &str| terms.iter().any(|term| term.word == word);
    let turns = |base: &str| has(other, base) && !has(one, base);
    // `remove trust` is `untrust`.
    let undone = || other.iter().any(|term| UNDOING.contains(&term.stem.as_str()));
    one.iter().any(|term| bases(term).any(turns) && !has(other, &term.word)) && !undone()
}

/// What remains of a word without each prefix that turns it round.
pub(super) fn bases(term: &Term) -> impl Iterator<Item = &str> {
    let without = |(prefix, letters): &(&str, usize)| {
        term.word.strip_prefix(prefix).filter(|base| base.chars().count() >= *letters)
    };
    let turns = term.kind == Kind::Word;
    let bases = PREFIXES.iter().filter(move |_| turns).filter_map(without);
    bases.filter(|_| !NO_PREFIX.contains(&term.stem.as_str()))
}

/// Stems of words that turn round what they are about.
const UNDOING: &[&str] = &[
    "not",
    "never",
    "cannot",
    "remov",
    "revok",
    "undo",
    "stop",
    "cancel",
    "delet",
    "disabl",
    "without",
    "avoid",
    "не",
    "нельз",
    "без",
    "отмен",
    "убра",
    "удал",
    "отключ",
    "прекрат",
];

/// Prefixes, and how many letters must follow.
const PREFIXES: &[(&str, usize)] =
    &[("un", 3), ("dis", 4), ("non", 4), ("de", 5), ("in", 5), ("не", 4), ("без", 4), ("бес", 4), ("де", 6)];

/// Stems that only seem to have one.
#[rustfmt::skip]
const NO_PREFIX: &[&str] = &[
    "until", "unless", "union", "unit", "display", "dispatch", "discount", "discov", "discuss", "distanc", "default", "deliv", "invoic", "instal",
    "instanc", "increas", "нескольк", "некотор", "недел", "неделя", "немног", "невест",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::terms;

    #[test]
    fn the_named_places_are_right() {
        for (place, word) in [
            (ENABLED, "enable"),
            (MORE, "increase"),
            (LOGGED_IN, "login"),
            (CHECKED_IN, "checkin"),
            (OPTED_IN, "subscribe"),
            (FORWARD, "forward"),
            (PRESENT, "current"),
        ] {
            assert!(PAIRS[place].0.split(' ').any(|listed| listed == word), "{word}");
        }
    }

    #[test]
    fn phrases_take_a_side() {
        let side = |text: &str| {
            let mut sides = sides(&terms(text).iter().collect::<Vec<_>>());
            sides.dedup();
            sides
        };
        assert_eq!(side("turn the light off"), side("disable it"));
        assert_eq!(side("turn on the light"), side("enable it"));
        assert_eq!(side("turn off updates on the phone"), side("disable it"));
        assert_eq!(side("sign out"), side("logout"));
        assert_eq!(side("i am on call, off to work"), []);
    }
}
