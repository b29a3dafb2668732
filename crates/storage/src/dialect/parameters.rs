//! Where the parameters of a statement stand.

/// A part of a statement.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    /// `?N`: the binding of that place, from 0.
    One(usize),
    /// `(?N..)`: a list of texts.
    List(usize),
}

/// The parts of a statement, in order. Its texts hold no literal with a `?`.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('?') {
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let (number, after) = after.split_at(digits);
        let place = number.parse::<usize>().map_or(0, |number| number - 1);
        let list = before.strip_suffix('(').zip(after.strip_prefix("..)"));
        let (before, parameter, after) = match list {
            Some((before, after)) => (before, Piece::List(place), after),
            None => (before, Piece::One(place), after),
        };
        pieces.push(Piece::Text(before));
        pieces.push(parameter);
        rest = after;
    }
    pieces.push(Piece::Text(rest));
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_and_lists_are_told_apart() {
        let found = pieces("f(?1) = ?12 OR a IN (?2..)");
        let expected = [
            Piece::Text("f("),
            Piece::One(0),
            Piece::Text(") = "),
            Piece::One(11),
            Piece::Text(" OR a IN "),
            Piece::List(1),
            Piece::Text(""),
        ];
        assert_eq!(found, expected);
    }
}
