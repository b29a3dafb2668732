//! The direction of text (Unicode Annex 9): controls that a line opens are closed in it.

/// What is open in a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opened {
    /// By LRE or RLE, until PDF.
    Embedding,
    /// By LRO or RLO, which is left out, and so is its PDF.
    Override,
    /// By LRI, RLI or FSI, until PDI.
    Isolate,
}

impl Opened {
    /// What `c` opens, if it opens anything.
    fn by(c: char) -> Option<Self> {
        match c {
            '\u{202a}' | '\u{202b}' => Some(Opened::Embedding),
            '\u{202d}' | '\u{202e}' => Some(Opened::Override),
            '\u{2066}'..='\u{2068}' => Some(Opened::Isolate),
            _ => None,
        }
    }

    /// The character that closes it; none where opening was left out.
    fn end(self) -> Option<char> {
        match self {
            Opened::Embedding => Some(PDF),
            Opened::Override => None,
            Opened::Isolate => Some(PDI),
        }
    }
}

const PDF: char = '\u{202c}';
const PDI: char = '\u{2069}';

/// The text with each line's embeddings and isolates closed in it, without overrides, and without what
/// closes nothing. `bytes` is about how long it is.
pub(super) fn balanced(text: impl Iterator<Item = char>, bytes: usize) -> String {
    let mut out = String::with_capacity(bytes);
    let mut open: Vec<Opened> = Vec::new();
    for c in text {
        match c {
            '\n' => {
                close(&mut open, 0, &mut out);
                out.push(c);
            }
            PDF => match open.last() {
                Some(Opened::Isolate) | None => {}
                Some(_) => {
                    let inner = open.len() - 1;
                    close(&mut open, inner, &mut out);
                }
            },
            PDI => {
                if let Some(isolate) = open.iter().rposition(|o| *o == Opened::Isolate) {
                    close(&mut open, isolate, &mut out);
                }
            }
            _ => match Opened::by(c) {
                Some(opened) => {
                    open.push(opened);
                    if opened.end().is_some() {
                        out.push(c);
                    }
                }
                None => out.push(c),
            },
        }
    }
    close(&mut open, 0, &mut out);
    out
}

/// Closes the innermost until `left` are open.
fn close(open: &mut Vec<Opened>, left: usize, out: &mut String) {
    while open.len() > left {
        out.extend(open.pop().and_then(Opened::end));
    }
}
