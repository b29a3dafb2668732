//! Lists and rows as JSON in one parameter, so that a statement has one text however many there are, and
//! stays prepared.

use crate::Value;

/// A list of values, as `["a", 1]`.
pub(crate) fn list_json(values: &[Value<'_>]) -> String {
    let mut json = Vec::new();
    write_list(&mut json, values);
    text(json)
}

/// `[["a", 1], ["b", 2]]`.
pub(crate) fn rows_json(rows: &[Vec<Value<'_>>]) -> String {
    let mut json = Vec::new();
    write_all(&mut json, b"[]", rows, |json, row| write_list(json, row));
    text(json)
}

/// `[{"x": "a", "y": 1}, {"x": "b"}]`: what is `NULL` is left out, since MySQL 8 reads a JSON `null` as a text.
pub(crate) fn row_objects_json(columns: &[&str], rows: &[Vec<Value<'_>>]) -> String {
    let mut json = Vec::new();
    write_all(&mut json, b"[]", rows, |json, row| {
        let members = columns.iter().zip(row);
        let members: Vec<_> = members.filter(|(_, value)| !value.is_null()).collect();
        write_all(json, b"{}", &members, |json, (column, value)| {
            write_text(json, column);
            json.push(b':');
            write_value(json, value);
        });
    });
    text(json)
}

fn write_list(json: &mut Vec<u8>, values: &[Value<'_>]) {
    write_all(json, b"[]", values, write_value);
}

fn write_all<T>(
    json: &mut Vec<u8>,
    [open, close]: &[u8; 2],
    items: &[T],
    write: impl Fn(&mut Vec<u8>, &T),
) {
    json.push(*open);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            json.push(b',');
        }
        write(json, item);
    }
    json.push(*close);
}

fn write_value(json: &mut Vec<u8>, value: &Value<'_>) {
    match value {
        Value::Integer(Some(value)) => json.extend_from_slice(value.to_string().as_bytes()),
        Value::Text(Some(text)) => write_text(json, text),
        Value::Integer(None) | Value::Text(None) => json.extend_from_slice(b"null"),
    }
}

fn write_text(json: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(json, text).expect("memory takes it, and text has no other way to fail");
}

fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).expect("it is made of text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_holds_every_kind_of_value() {
        let rows = [
            vec![None::<i64>.into(), 5.into()],
            vec!["\"é".into(), true.into()],
        ];
        assert_eq!(rows_json(&rows), r#"[[null,5],["\"é",1]]"#);
        assert_eq!(
            row_objects_json(&["x", "y"], &rows),
            r#"[{"y":5},{"x":"\"é","y":1}]"#
        );
        assert_eq!(list_json(&[]), "[]");
    }
}
