//! Dates as the API writes them (ISO 8601).

/// The time in milliseconds since 1970: `2026-06-01`, `2026-06-01T12:00Z`,
/// `2026-06-01 12:00:00.123+02:00`. Without a zone it is UTC. None for anything else.
pub(crate) fn milliseconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let mut parts = date.splitn(3, '-');
    let year = number(parts.next()?, 4, 0..=9999)?;
    let month = number(parts.next()?, 2, 1..=12)?;
    let day = number(parts.next()?, 2, 1..=31)?;
    let day_start = days(year, month, day) * 86_400_000;
    Some(day_start + time.map_or(Some(0), time_of_day)?)
}

/// The days from 1970-01-01 to a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March end with the day that leap years have more.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    365 * year + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (153 * month + 2) / 5
        + day
        - 719_469
}

fn time_of_day(text: &str) -> Option<i64> {
    let zone_at = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(zone_at);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut parts = clock.splitn(3, ':');
    let hour = number(parts.next()?, 2, 0..=24)?;
    let minute = number(parts.next()?, 2, 0..=59)?;
    let second = parts.next().map_or(Some(0), |second| number(second, 2, 0..=60))?;
    let digit = |at: usize| fraction.as_bytes().get(at).map_or(0, |byte| i64::from(byte - b'0'));
    let thousandths = digit(0) * 100 + digit(1) * 10 + digit(2);
    Some(((hour * 60 + minute - offset(zone)?) * 60 + second) * 1000 + thousandths)
}

/// The minutes by which a zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    let Some(digits) = zone.strip_prefix(['+', '-']) else {
        return matches!(zone, "" | "Z" | "z").then_some(0);
    };
    let digits = digits.replace(':', "");
    let hours = number(digits.get(..2)?, 2, 0..=23)?;
    let minutes = if digits.len() == 2 { 0 } else { number(digits.get(2..)?, 2, 0..=59)? };
    let ahead = hours * 60 + minutes;
    Some(if zone.starts_with('-') { -ahead } else { ahead })
}

fn number(text: &str, digits: usize, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
    let all_digits = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| all_digits && range.contains(number))
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn dates_are_read() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("1970-01-01T00:00:00Z", Some(0)),
            ("1969-12-31T23:59:59.5Z", Some(-500)),
            ("2000-02-29T12:30:15.123Z", Some(951_827_415_123)),
            ("2000-03-01", Some(951_868_800_000)),
            ("2026-06-01T00:00:00+02:00", Some(1_780_264_800_000)),
            ("2026-06-01 00:00-0130", Some(1_780_277_400_000)),
            ("2026-06-01T00:00:00.123456+00", Some(1_780_272_000_123)),
            ("", None),
            ("soon", None),
            ("2026-13-01", None),
            ("2026-6-1", None),
            ("2026-06-01T", None),
            ("2026-06-01T12", None),
            ("2026-06-01T12:00:00.Z", None),
            ("2026-06-01T12:00:00X", None),
            ("2026-06-01T12:00:00+2", None),
            ("1780272000000", None),
            ("+026-06-01", None),
        ] {
            assert_eq!(milliseconds(text), expected, "{text}");
        }
    }
}
