//! The colour of a mail's button: an application's own where it can be read and seen, else ours (WCAG 2.2, 1.4.3 and 1.4.11).

use serde_json::{Map, Value};

/// Contrast of letters with what is behind them, at least.
const TEXT_CONTRAST: f64 = 4.5;
/// Contrast of a button with the card around it, at least.
const SHAPE_CONTRAST: f64 = 3.0;

const WHITE: Colour = Colour([255, 255, 255]);
const BLACK: Colour = Colour([0, 0, 0]);
/// The card, as `page.html` has it: where it is light, and where it is dark.
const CARDS: [Colour; 2] = [WHITE, Colour([0x1f, 0x19, 0x29])];

/// What of `theme` colours mails: a colour as `#f50` or `#ff5500`.
const ACCENT: &str = "accent";

/// The colours of the button where the page is light, and where it is dark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MailColours {
    pub(super) light: ButtonColours,
    pub(super) dark: ButtonColours,
}

/// Each as CSS writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ButtonColours {
    pub(super) button: String,
    pub(super) label: String,
}

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Colour([u8; 3]);

impl MailColours {
    /// Ours, which are those of the pages.
    pub(crate) fn ours() -> Self {
        let of = |button: &str, label: &str| ButtonColours {
            button: button.to_owned(),
            label: label.to_owned(),
        };
        Self {
            light: of("#B3284C", "#FFFFFF"),
            dark: of("#FF8DA3", "#15111C"),
        }
    }

    /// An application's accent where it stands out from the card, with the letters on it that can be read.
    pub(crate) fn of(theme: Option<&Map<String, Value>>) -> Self {
        let accent = theme.and_then(|theme| theme.get(ACCENT)?.as_str());
        let mut colours = Self::ours();
        if let Some(accent) = accent.and_then(Colour::parse) {
            let [light, dark] = CARDS.map(|card| accent.as_button_on(card));
            colours.light = light.unwrap_or(colours.light);
            colours.dark = dark.unwrap_or(colours.dark);
        }
        colours
    }
}

impl Colour {
    fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#')?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let part = |text: &str| u8::from_str_radix(text, 16).ok();
        let parts = match digits.len() {
            3 => [0, 1, 2].map(|at| part(&digits[at..=at].repeat(2))),
            6 => [0, 2, 4].map(|at| part(&digits[at..at + 2])),
            _ => return None,
        };
        Some(Self([parts[0]?, parts[1]?, parts[2]?]))
    }

    fn as_button_on(self, card: Colour) -> Option<ButtonColours> {
        if self.contrast(card) < SHAPE_CONTRAST {
            return None;
        }
        // One of the two can be read on whatever colour.
        let is_readable = |label: &Colour| label.contrast(self) >= TEXT_CONTRAST;
        let label = [WHITE, BLACK].into_iter().find(is_readable)?;
        Some(ButtonColours {
            button: self.css(),
            label: label.css(),
        })
    }

    fn css(self) -> String {
        let Colour([red, green, blue]) = self;
        format!("#{red:02X}{green:02X}{blue:02X}")
    }

    fn contrast(self, other: Colour) -> f64 {
        let (one, other) = (self.luminance() + 0.05, other.luminance() + 0.05);
        one.max(other) / one.min(other)
    }

    /// Relative luminance, as WCAG defines it.
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|part| {
            let part = f64::from(part) / 255.0;
            match part <= 0.040_45 {
                true => part / 12.92,
                false => ((part + 0.055) / 1.055).powf(2.4),
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(accent: &str) -> MailColours {
        let theme = json!({"accent": accent});
        MailColours::of(theme.as_object())
    }

    fn parsed(css: &str) -> Colour {
        Colour::parse(css).unwrap()
    }

    #[test]
    fn sch_406_whatever_the_accent_a_button_is_seen_and_its_label_is_read() {
        let ours = MailColours::ours();
        for step in 0..4_096_u32 {
            let accent = format!("#{step:03x}");
            let MailColours { light, dark } = of(&accent);
            for (colours, card, default) in
                [(light, CARDS[0], &ours.light), (dark, CARDS[1], &ours.dark)]
            {
                let (button, label) = (parsed(&colours.button), parsed(&colours.label));
                let contrasts = (label.contrast(button), button.contrast(card));
                assert!(contrasts.0 >= TEXT_CONTRAST, "{accent} {contrasts:?}");
                assert!(contrasts.1 >= SHAPE_CONTRAST, "{accent} {contrasts:?}");
                let is_theirs = button == parsed(&accent);
                assert!(is_theirs || colours == *default, "{accent}");
            }
        }
    }

    #[test]
    fn sch_406_an_accent_that_can_not_be_seen_is_ours_in_that_light_alone() {
        let ours = MailColours::ours();
        let blue = of("#0a3d91");
        assert_eq!(blue.light.button, "#0A3D91");
        assert_eq!(blue.light.label, "#FFFFFF");
        assert_eq!(blue.dark, ours.dark, "too dark on a dark card");
        let yellow = of("#ffd400");
        assert_eq!(yellow.light, ours.light, "too light on a light card");
        assert_eq!(yellow.dark.button, "#FFD400");
        assert_eq!(yellow.dark.label, "#000000");
    }

    #[test]
    fn sch_406_what_is_no_colour_colours_nothing() {
        for wrong in [
            "",
            "red",
            "#12",
            "#12345g",
            "#\u{e9}12345",
            "#fff;}",
            "url(x)",
        ] {
            assert_eq!(of(wrong), MailColours::ours(), "{wrong}");
        }
        for theme in [json!({}), json!({"accent": 7}), json!({"accent": null})] {
            assert_eq!(MailColours::of(theme.as_object()), MailColours::ours());
        }
        assert_eq!(MailColours::of(None), MailColours::ours());
    }
}
