//! What stands behind the question mark and means the same everywhere.

use wire::FieldError;

/// Items of a page that asks for no number.
const PAGE: u32 = 50;
/// Most items of a page; who asks for more gets so many.
pub const PAGE_MAX: u32 = 200;
/// Longest text of a number: no sensible one is longer.
const NUMBER_BYTES: usize = 32;

/// How many items a page has, of what `limit` says: 50 where it says nothing, 200 where it says more. A whole
/// number may be written as `50.0` or `5e1`, as in bodies.
///
/// # Errors
/// `out_of_range` below 1, `wrong_type` for what is no whole number; 422 to the client.
pub fn page_limit(text: Option<&str>) -> Result<u32, FieldError> {
    let Some(text) = text else { return Ok(PAGE) };
    let wrong = |code: &str| FieldError {
        field: "limit".to_owned(),
        code: code.to_owned(),
        message: format!("`limit` is a whole number from 1; a page has {PAGE_MAX} items at most."),
    };
    let is_number = text.len() <= NUMBER_BYTES
        && text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && text.ends_with(|last: char| last.is_ascii_digit());
    let number = text.parse::<f64>().ok().filter(|_| is_number);
    match number {
        Some(number) if number.fract() == 0.0 && number >= 1.0 => {
            let limit = number.min(f64::from(PAGE_MAX));
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "from 1 to 200"
            )]
            Ok(limit as u32)
        }
        Some(number) if number.fract() == 0.0 || number.is_infinite() => Err(wrong("out_of_range")),
        _ => Err(wrong("wrong_type")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edg_89_a_limit_is_a_whole_number_from_1_and_more_than_200_is_200() {
        let limit = |text| page_limit(Some(text)).map_err(|error| error.code);
        assert_eq!(page_limit(None), Ok(50));
        for (text, items) in [
            ("1", 1),
            ("50.0", 50),
            ("5e1", 50),
            ("200", 200),
            ("201", 200),
            ("4294967296", 200),
            ("1e12", 200),
        ] {
            assert_eq!(limit(text), Ok(items), "{text}");
        }
        for text in ["0", "-1", "-0", "0.0", "-1e9"] {
            assert_eq!(limit(text), Err("out_of_range".to_owned()), "{text}");
        }
        for text in [
            "",
            " ",
            "x",
            "1.5",
            "+1",
            " 1",
            "1 ",
            "NaN",
            "inf",
            "infinity",
            "0x10",
            "1,000",
            "1_0",
            "٣",
            ".5",
            "5.",
            "1e",
            "00000000000000000000000000000000001",
        ] {
            assert_eq!(limit(text), Err("wrong_type".to_owned()), "{text}");
        }
    }
}
