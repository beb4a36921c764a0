//! Names of one kind, of which one is never another: months, days of the week, systems.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::text::{Term, stem};

/// A kind, and one of its members.
type Member = (usize, usize);

/// Whether each text names a member of the same kind that the other lacks.
pub(super) fn members_differ(one: &[&Term], other: &[&Term]) -> bool {
    let (here, there) = (members(one), members(other));
    let lacking = |here: &[Member], there: &[Member]| -> Vec<usize> {
        here.iter().filter(|member| !there.contains(member)).map(|(kind, _)| *kind).collect()
    };
    let (here, there) = (lacking(&here, &there), lacking(&there, &here));
    here.iter().any(|kind| there.contains(kind))
}

/// Whether a text names a member of a kind.
pub(super) fn has_member(terms: &[&Term]) -> bool {
    !members(terms).is_empty()
}

fn members(terms: &[&Term]) -> Vec<Member> {
    static LISTED: LazyLock<HashMap<String, Member>> = LazyLock::new(|| {
        let numbered = KINDS.iter().enumerate().flat_map(|(kind, members)| {
            members.iter().enumerate().map(move |(member, words)| ((kind, member), words))
        });
        numbered.flat_map(|(member, words)| words.split(' ').map(move |word| (stem(word), member))).collect()
    });
    terms.iter().filter_map(|term| LISTED.get(&term.stem).copied()).collect()
}

/// Kinds, their members, and the names of each. A name has one meaning.
#[rustfmt::skip]
const KINDS: &[&[&str]] = &[
    &["january январь", "february февраль", "march март", "april апрель", "may май", "june июнь", "july июль", "august август",
      "september сентябрь", "october октябрь", "november ноябрь", "december декабрь"],
    &["monday понедельник", "tuesday вторник", "wednesday среда", "thursday четверг", "friday пятница", "saturday суббота",
      "sunday воскресенье"],
    &["yesterday вчера", "today сегодня", "tomorrow завтра"],
    &["spring весна весной весенний", "summer лето летом летний", "autumn осень осенью осенний", "winter зима зимой зимний"],
    &["morning утро утром утра утренний", "evening вечер вечером вечерний", "night ночь ночью ночной"],
    &["red красный", "orange оранжевый", "yellow желтый", "green зеленый", "blue синий", "black черный", "white белый", "pink розовый",
      "purple фиолетовый", "brown коричневый", "grey gray серый"],
    &["north север северный", "south юг южный", "east восток восточный", "west запад западный"],
    &["windows винда виндовс", "linux линукс", "macos osx мак", "android андроид", "ios iphone айфон айос", "freebsd"],
    &["debian", "ubuntu убунту", "fedora", "centos", "rhel", "alpine"],
    &["java", "javascript js", "python питон", "rust", "golang", "kotlin", "typescript", "php", "ruby", "perl", "scala"],
    &["mysql mariadb", "postgresql postgres постгрес", "mongodb", "sqlite", "oracle", "redis", "clickhouse", "cassandra"],
    &["aws амазон", "gcp", "azure"],
    &["chrome хром", "firefox", "safari", "edge", "opera"],
    &["english английский", "russian русский", "german немецкий", "french французский", "spanish испанский", "chinese китайский",
      "italian итальянский", "japanese японский"],
    &["breakfast завтрак", "lunch обед", "dinner ужин"],
];
