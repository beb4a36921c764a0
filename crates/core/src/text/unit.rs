//! Units and currencies, whatever they are called: `GB`, `ГБ` and `gigabytes` are one.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The unit that a word names.
pub(crate) fn unit(word: &str) -> Option<&'static str> {
    static BY_NAME: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        UNITS.iter().flat_map(|(unit, names)| names.split(' ').map(move |name| (name, *unit))).collect()
    });
    BY_NAME.get(word).copied()
}

/// Units, and their names in both languages; a name has one meaning.
#[rustfmt::skip]
const UNITS: &[(&str, &str)] = &[
    ("kB", "kb кб kilobyte kilobytes килобайт килобайта килобайтов"), ("MB", "mb мб megabyte megabytes мегабайт мегабайта мегабайтов мегабайтах"),
    ("GB", "gb гб gigabyte gigabytes гигабайт гигабайта гигабайтов гигабайтах"), ("TB", "tb тб terabyte terabytes терабайт терабайта терабайтов"),
    ("KiB", "kib kibibyte kibibytes киб"), ("MiB", "mib mebibyte mebibytes миб"), ("GiB", "gib gibibyte gibibytes гиб"), ("TiB", "tib"),
    ("Mbit", "mbit мбит"), ("Gbit", "gbit гбит"),
    ("ms", "ms мс millisecond milliseconds миллисекунда миллисекунды миллисекунд миллисекундах"), ("us", "μs мкс microsecond microseconds микросекунда микросекунды микросекунд"), ("s", "s sec secs second seconds с сек секунда секунду секунды секунд секундах"),
    ("min", "min mins minute minutes мин минута минуту минуты минут минутах"), ("h", "h hr hrs hour hours ч час часа часов часах"), ("d", "d day days день дня дней днях"),
    ("w", "week weeks неделя неделю недели недель неделях"), ("mo", "month months мес месяц месяца месяцев"), ("y", "y yr year years год года лет"),
    ("mm", "mm мм millimeter millimeters millimetre millimetres миллиметр миллиметра миллиметров миллиметрах"), ("cm", "cm см centimeter centimeters centimetre centimetres сантиметр сантиметра сантиметров сантиметрах"), ("m", "m м meter meters metre metres метр метра метры метров метрах"), ("km", "km км kilometer kilometers kilometre kilometres километр километра километров километрах"), ("mi", "mile miles миля милю мили миль милях"),
    ("ft", "ft foot feet фут фута футов"), ("in", "inch inches дюйм дюйма дюймы дюймов дюймах"),
    ("mg", "mg мг milligram milligrams миллиграмм миллиграмма миллиграммов"), ("mcg", "mcg мкг microgram micrograms микрограмм микрограмма микрограммов"),
    ("g", "g г gram grams грамм грамма граммов"), ("kg", "kg кг kilogram kilograms килограмм килограмма килограммы килограммов килограммах кило"), ("lb", "lb lbs pound pounds"), ("t", "т тонна тонны тонн t ton tons"),
    ("ml", "ml мл milliliter milliliters millilitre millilitres миллилитр миллилитра миллилитров"), ("l", "l л liter liters litre litres литр литра литры литров литрах"),
    ("mA", "ma ма"), ("Ah", "ah"), ("A", "amp amps ampere amperes ампер ампера"), ("mV", "mv мв"), ("kV", "kv кв"),
    ("V", "v в volt volts вольт"), ("W", "w вт watt watts ватт"), ("kW", "kw квт"), ("Hz", "hz гц"), ("MHz", "mhz мгц"), ("GHz", "ghz ггц"),
    ("thousand", "thousand тыс тысяча тысячи тысяч"), ("million", "million млн миллион миллиона миллионов"), ("billion", "billion млрд миллиард миллиарда миллиардов"),
    ("%", "% percent процент процента процентов"), ("°", "° degree degrees градус градуса градусов"),
    ("$", "$ usd dollar dollars доллар доллара долларов долларах долл"), ("€", "€ eur euro euros евро"), ("£", "£ gbp sterling фунт фунта фунтов"),
    ("₽", "₽ rub rur ruble rubles рубль рубля рублей рублях руб"), ("₸", "₸ kzt тенге"), ("₴", "₴ uah гривна гривны гривен гривнах"), ("₹", "₹ inr rupee rupees рупия рупий"), ("₩", "₩ krw"), ("₺", "₺ lira лира лир"),
    ("Fr", "chf franc francs франк франков"), ("zł", "zł pln zloty злотый злотых"), ("BYN", "byn"), ("¥", "¥ jpy yen cny yuan иена юань юаней"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_have_names_in_both_languages() {
        for (one, other) in
            [("gb", "гб"), ("$", "долларов"), ("min", "минут"), ("%", "процентов"), ("₽", "рублей")]
        {
            assert_eq!(unit(one), unit(other), "{one} {other}");
            assert!(unit(one).is_some(), "{one}");
        }
        assert_eq!(unit("server"), None);
    }

    #[test]
    fn no_name_has_two_meanings() {
        let names: Vec<&str> = UNITS.iter().flat_map(|(_, names)| names.split(' ')).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), names.len());
    }
}
