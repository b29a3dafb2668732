//! Whole numbers, however JSON writes them.

/// Digits of the largest number that fits, 2^64 − 1.
const MAX_DIGITS: usize = 20;

/// The value of a JSON number that is whole and within 64 bits, as `1`, `1.0`, `1e12` or `1200E-2`; exact,
/// without a double in between. None for every other text.
#[must_use]
pub fn whole_number(text: &str) -> Option<i128> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (true, unsigned),
        None => (false, text),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (integer, fraction) = match mantissa.split_once('.') {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (mantissa, None),
    };
    let exponent = exponent.map_or(Some(0), read_exponent)?;
    let leading_zero = integer.len() > 1 && integer.starts_with('0');
    if !is_digits(integer) || leading_zero || !fraction.is_none_or(is_digits) {
        return None;
    }
    let digits = [integer, fraction.unwrap_or_default()].concat();
    let significant = digits.trim_end_matches('0');
    let zeros = i64::try_from(digits.len() - significant.len()).ok()?;
    let decimals = i64::try_from(fraction.unwrap_or_default().len()).ok()?;
    let significant = significant.trim_start_matches('0');
    if significant.is_empty() {
        return Some(0);
    }
    // The value is `significant` with so many zeros.
    let power = exponent.saturating_add(zeros).saturating_sub(decimals);
    let power = usize::try_from(power).ok()?;
    if significant.len().saturating_add(power) > MAX_DIGITS {
        return None;
    }
    let value: i128 = (significant.to_owned() + &"0".repeat(power)).parse().ok()?;
    let signed = if negative { -value } else { value };
    let range = i128::from(i64::MIN)..=i128::from(u64::MAX);
    range.contains(&signed).then_some(signed)
}

/// An exponent; one beyond 64 bits is as large as can be.
fn read_exponent(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if !is_digits(digits) {
        return None;
    }
    let value = digits.parse().unwrap_or(i64::MAX);
    Some(if negative { -value } else { value })
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
