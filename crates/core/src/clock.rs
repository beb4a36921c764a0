//! The time at the intake, and how times are written for people.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Nanoseconds since 1970-01-01T00:00:00Z; 0 if the clock is before that.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, nanoseconds)
}

/// A duration in whole nanoseconds; at most 584 years.
pub fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A duration in whole microseconds.
pub fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Nanoseconds since the Unix epoch as RFC 3339 in UTC, such as `2026-11-22T19:30:01.25Z`.
pub fn rfc3339(nanoseconds: u64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(nanoseconds))
        .ok()
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| format!("{nanoseconds} ns"))
}

/// Reads a time in RFC 3339, in nanoseconds since the Unix epoch; `None` for anything else, and before 1970.
pub fn parse_rfc3339(text: &str) -> Option<u64> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    u64::try_from(time.unix_timestamp_nanos()).ok()
}

/// A long duration as people say it, in its largest unit: `36500 days`.
pub fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (count, unit) = match seconds {
        172_800.. => (seconds / 86_400, "day"),
        7_200.. => (seconds / 3_600, "hour"),
        120.. => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// For `#[serde(with)]`: nanoseconds since the Unix epoch, written as [`rfc3339`].
pub mod as_rfc3339 {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the time.
    ///
    /// # Errors
    /// The serializer's own.
    pub fn serialize<S: Serializer>(nanoseconds: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::rfc3339(*nanoseconds))
    }

    /// Reads a time.
    ///
    /// # Errors
    /// When the text is not an RFC 3339 time since 1970.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::parse_rfc3339(&text).ok_or_else(|| D::Error::custom("expected an RFC 3339 time since 1970"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_utc() {
        assert_eq!(rfc3339(1_000_000_000_250_000_000), "2001-09-09T01:46:40.25Z");
        assert_eq!(rfc3339(u64::MAX), "2554-07-21T23:34:33.709551615Z");
    }

    #[test]
    fn a_duration_is_said_in_its_largest_unit() {
        let said = [1, 60, 120, 7_199, 7_200, 172_799, 172_800, 3_153_600_000]
            .map(Duration::from_secs)
            .map(in_words);
        let expected = [
            "1 second",
            "60 seconds",
            "2 minutes",
            "119 minutes",
            "2 hours",
            "47 hours",
            "2 days",
            "36500 days",
        ];
        assert_eq!(said, expected);
    }
}
