//! Columns and types as text: `carrier: str, alpha: f64`, `*, share: f64`, `* - tail, dest + delay: f64`.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use super::text::{Name, Scanner, SyntaxError, list};

/// A schema expression: its items, in order.
///
/// Read with [`str::parse`], written with [`Display`]; each undoes the other.
///
/// ```
/// use outgrow::partitioned::expression::SchemaExpression;
/// let schema: SchemaExpression = "*-tail,`mean delay`:double".parse().unwrap();
/// assert_eq!(schema.to_string(), "* - tail, `mean delay`: f64");
/// let error = "carrier: str, delay: f63".parse::<SchemaExpression>().unwrap_err().to_string();
/// assert!(error.starts_with("schema: unknown type `f63`"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaExpression {
    /// At least one.
    pub items: Vec<Item>,
}

/// What stands between two commas.
///
/// ```
/// use outgrow::partitioned::expression::{Field, Item, SchemaExpression, Type};
/// let schema: SchemaExpression = "*, late: bool".parse().unwrap();
/// let late = Field { name: "late".into(), of: Type::Bool };
/// assert_eq!(schema.items, [Item::Input(vec![]), Item::Column(late)]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// `name: type`, a new column.
    Column(Field),
    /// `*`, the columns of the input, changed by what follows, from left to right.
    Input(Vec<Change>),
}

/// What is done to the columns that `*` stands for.
///
/// ```
/// use outgrow::partitioned::expression::{Change, Item, SchemaExpression};
/// let schema: SchemaExpression = "* - tail ~ dest".parse().unwrap();
/// let changes = vec![Change::Drop(vec!["tail".into()]), Change::DropIfPresent(vec!["dest".into()])];
/// assert_eq!(schema.items, [Item::Input(changes)]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `- a, b`: without these, which must be there.
    Drop(Vec<String>),
    /// `~ a, b`: without these, where they are there.
    DropIfPresent(Vec<String>),
    /// `+ a: str`: with another type in the same place, or appended.
    Retype(Vec<Field>),
}

/// `name: type`.
///
/// ```
/// use outgrow::partitioned::expression::{Field, Item, SchemaExpression, Type};
/// let delay = Field { name: "arrival delay".into(), of: Type::F64 };
/// assert_eq!(SchemaExpression { items: vec![Item::Column(delay)] }.to_string(), "`arrival delay`: f64");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name of the column.
    pub name: String,
    /// Its type.
    pub of: Type,
}

/// A type of values.
///
/// ```
/// use outgrow::partitioned::expression::SchemaExpression;
/// let schema: SchemaExpression = "hours: [long], place: {lat: double, lon: double}".parse().unwrap();
/// assert_eq!(schema.to_string(), "hours: [i64], place: {lat: f64, lon: f64}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the name says it")]
pub enum Type {
    Bool,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    F32,
    F64,
    Str,
    Binary,
    Date,
    Time,
    /// A moment without a time zone, counted in the unit.
    Datetime(Unit),
    Duration(Unit),
    /// `[i64]`
    List(Box<Type>),
    /// `{x: i64, y: i64}`
    Struct(Vec<Field>),
}

/// What moments and durations are counted in: `datetime` means `datetime[us]`.
///
/// ```
/// use outgrow::partitioned::expression::SchemaExpression;
/// let schema: SchemaExpression = "time_hour: datetime[us], airborne: duration[ms]".parse().unwrap();
/// assert_eq!(schema.to_string(), "time_hour: datetime, airborne: duration[ms]");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the name says it")]
pub enum Unit {
    Milliseconds,
    #[default]
    Microseconds,
    Nanoseconds,
}

/// Names of the simple types; the first of each line is written, the others are read too.
const TYPES: &[(&[&str], Type)] = &[
    (&["bool", "boolean"], Type::Bool),
    (&["i8", "byte", "int8"], Type::I8),
    (&["i16", "short", "int16"], Type::I16),
    (&["i32", "int", "int32"], Type::I32),
    (&["i64", "long", "int64"], Type::I64),
    (&["u8", "ubyte", "uint8"], Type::U8),
    (&["u16", "ushort", "uint16"], Type::U16),
    (&["u32", "uint", "uint32"], Type::U32),
    (&["u64", "ulong", "uint64"], Type::U64),
    (&["f32", "float", "float32"], Type::F32),
    (&["f64", "double", "float64"], Type::F64),
    (&["str", "string", "utf8"], Type::Str),
    (&["binary", "bytes"], Type::Binary),
    (&["date"], Type::Date),
    (&["time"], Type::Time),
    (&["datetime", "timestamp"], Type::Datetime(Unit::Microseconds)),
    (&["duration"], Type::Duration(Unit::Microseconds)),
];

const UNITS: &[(&str, Unit)] = &[("ms", Unit::Milliseconds), ("us", Unit::Microseconds), ("ns", Unit::Nanoseconds)];

impl FromStr for SchemaExpression {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        let mut scanner = Scanner::new("schema", text);
        let mut items: Vec<Item> = Vec::new();
        loop {
            let start = scanner.place();
            let item = if scanner.take('*') { Item::Input(changes(&mut scanner)?) } else { column(&mut scanner)? };
            if let Item::Column(field) = &item
                && items.iter().any(|other| matches!(other, Item::Column(other) if other.name == field.name))
            {
                return Err(scanner.error(start, format!("column `{}` occurs twice", field.name)));
            }
            items.push(item);
            let place = scanner.place();
            if scanner.peek().is_none() {
                return Ok(Self { items });
            }
            if !scanner.take(',') {
                return Err(scanner.error(place, "expected `,` or the end"));
            }
        }
    }
}

fn column(scanner: &mut Scanner) -> Result<Item, SyntaxError> {
    Ok(Item::Column(field(scanner, " or `*`")?))
}

/// What follows a `*`, up to the next item.
fn changes(scanner: &mut Scanner) -> Result<Vec<Change>, SyntaxError> {
    let mut changes = Vec::new();
    loop {
        changes.push(if scanner.take('-') {
            Change::Drop(names(scanner)?)
        } else if scanner.take('~') {
            Change::DropIfPresent(names(scanner)?)
        } else if scanner.take('+') {
            let mut fields = vec![field(scanner, "")?];
            while let Some(field) = another(scanner, |scanner| match scanner.peek() {
                Some('*') => Ok(None),
                _ => field(scanner, " or `*`").map(Some),
            })? {
                fields.push(field);
            }
            Change::Retype(fields)
        } else {
            return Ok(changes);
        });
    }
}

/// Names with commas between them; a name with a type after it is the next item and no longer one of these.
fn names(scanner: &mut Scanner) -> Result<Vec<String>, SyntaxError> {
    let mut names = vec![scanner.name("")?];
    while let Some(name) = another(scanner, |scanner| {
        if scanner.peek() == Some('*') {
            return Ok(None);
        }
        let name = scanner.name(" or `*`")?;
        Ok((scanner.peek() != Some(':')).then_some(name))
    })? {
        names.push(name);
    }
    Ok(names)
}

/// What follows a comma, if it belongs here; otherwise the comma is left where it is.
fn another<'a, T>(
    scanner: &mut Scanner<'a>,
    read: impl FnOnce(&mut Scanner<'a>) -> Result<Option<T>, SyntaxError>,
) -> Result<Option<T>, SyntaxError> {
    let comma = scanner.place();
    if !scanner.take(',') {
        return Ok(None);
    }
    let found = read(scanner)?;
    if found.is_none() {
        scanner.back_to(comma);
    }
    Ok(found)
}

fn field(scanner: &mut Scanner, or: &str) -> Result<Field, SyntaxError> {
    let name = scanner.name(or)?;
    let place = scanner.place();
    if !scanner.take(':') {
        return Err(scanner.error(place, "expected `:` and a type"));
    }
    Ok(Field { name, of: scanner.nested(of_type)? })
}

pub(super) fn of_type(scanner: &mut Scanner) -> Result<Type, SyntaxError> {
    let start = scanner.place();
    if scanner.take('[') {
        let inner = scanner.nested(of_type)?;
        close(scanner, ']', start)?;
        return Ok(Type::List(Box::new(inner)));
    }
    if scanner.take('{') {
        let mut fields: Vec<Field> = Vec::new();
        loop {
            let place = scanner.place();
            let field = field(scanner, "")?;
            if fields.iter().any(|other| other.name == field.name) {
                return Err(scanner.error(place, format!("`{}` occurs twice in this struct", field.name)));
            }
            fields.push(field);
            if !scanner.take(',') {
                close(scanner, '}', start)?;
                return Ok(Type::Struct(fields));
            }
        }
    }
    let word = scanner.word();
    let found = TYPES.iter().find(|(names, _)| names.contains(&word.to_lowercase().as_str()));
    match found {
        Some((_, Type::Datetime(_))) => Ok(Type::Datetime(unit(scanner)?)),
        Some((_, Type::Duration(_))) => Ok(Type::Duration(unit(scanner)?)),
        Some((_, simple)) => Ok(simple.clone()),
        None if word.is_empty() => Err(scanner.error(start, "expected a type, such as i64, f64, str or [i64]")),
        None => {
            let types: Vec<&str> = TYPES.iter().map(|(names, _)| names[0]).collect();
            Err(scanner.error(start, format!("unknown type `{word}`; there are {}", types.join(", "))))
        }
    }
}

fn unit(scanner: &mut Scanner) -> Result<Unit, SyntaxError> {
    let open = scanner.place();
    if !scanner.take('[') {
        return Ok(Unit::default());
    }
    let place = scanner.place();
    let word = scanner.word();
    let Some((_, unit)) = UNITS.iter().find(|(name, _)| *name == word) else {
        return Err(scanner.error(place, format!("unknown unit `{word}`; there are ms, us, ns")));
    };
    close(scanner, ']', open)?;
    Ok(*unit)
}

fn close(scanner: &mut Scanner, with: char, open: usize) -> Result<(), SyntaxError> {
    let place = scanner.place();
    match scanner.peek() {
        _ if scanner.take(with) => Ok(()),
        None => Err(scanner.error(open, format!("this is never closed with `{with}`"))),
        Some(_) => Err(scanner.error(place, format!("expected `{with}`"))),
    }
}

impl Display for SchemaExpression {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        list(f, &self.items)
    }
}

impl Display for Item {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Item::Column(field) => field.fmt(f),
            Item::Input(changes) => {
                f.write_str("*")?;
                changes.iter().try_for_each(|change| change.fmt(f))
            }
        }
    }
}

impl Display for Change {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let (sign, names) = match self {
            Change::Drop(names) => ("-", names),
            Change::DropIfPresent(names) => ("~", names),
            Change::Retype(fields) => {
                f.write_str(" + ")?;
                return list(f, fields);
            }
        };
        write!(f, " {sign} ")?;
        list(f, names.iter().map(|name| Name(name)))
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", Name(&self.name), self.of)
    }
}

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let unit = |unit: &Unit| UNITS.iter().find(|(_, other)| other == unit).map_or("us", |(name, _)| name);
        match self {
            Type::List(inner) => write!(f, "[{inner}]"),
            Type::Struct(fields) => {
                f.write_str("{")?;
                list(f, fields)?;
                f.write_str("}")
            }
            Type::Datetime(of) if *of != Unit::default() => write!(f, "datetime[{}]", unit(of)),
            Type::Duration(of) if *of != Unit::default() => write!(f, "duration[{}]", unit(of)),
            simple => {
                let (names, _) = TYPES.iter().find(|(_, other)| other == simple).ok_or(std::fmt::Error)?;
                f.write_str(names[0])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> SchemaExpression {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    fn message(text: &str) -> String {
        text.parse::<SchemaExpression>().unwrap_err().to_string()
    }

    #[test]
    fn what_is_read_is_written_in_one_way() {
        for (text, written) in [
            ("a:long,b : STR", "a: i64, b: str"),
            ("*,x:double", "*, x: f64"),
            ("*-a,b", "* - a, b"),
            ("* - a, b, x: f64", "* - a, b, x: f64"),
            ("*~`a b`+c:[{x:int,`y``z`:[str]}]-d", "* ~ `a b` + c: [{x: i32, `y``z`: [str]}] - d"),
            ("t: datetime, u: timestamp[ms], v: duration [ ns ]", "t: datetime, u: datetime[ms], v: duration[ns]"),
            ("*, a: i64, *", "*, a: i64, *"),
            ("* - a, *", "* - a, *"),
            ("* + a: str, b: date", "* + a: str, b: date"),
        ] {
            assert_eq!(read(text).to_string(), written);
        }
    }

    #[test]
    fn a_name_with_a_type_ends_a_list_of_names() {
        let dropped = |names: &[&str]| Change::Drop(names.iter().map(|name| name.to_string()).collect());
        let x = Item::Column(Field { name: "x".into(), of: Type::F64 });
        assert_eq!(read("* - a, b, x: f64").items, [Item::Input(vec![dropped(&["a", "b"])]), x]);
    }

    #[test]
    fn errors_point_at_the_character() {
        assert_eq!(
            message("carrier: str, delay f64"),
            "schema: expected `:` and a type, at character 21:\n  carrier: str, delay f64\n                      ^"
        );
        for (text, expected) in [
            ("", "expected a column name or `*`, at character 1"),
            ("a: str,", "expected a column name or `*`, at character 8"),
            ("a: ", "expected a type, such as i64, f64, str or [i64], at character 4"),
            ("a: i33", "unknown type `i33`; there are bool, i8"),
            ("a: i64 b", "expected `,` or the end, at character 8"),
            ("`a: i64", "this backquote is never closed, at character 1"),
            ("``: i64", "a name must not be empty, at character 1"),
            ("ä: i65", "unknown type `i65`"),
            ("a: [i64", "this is never closed with `]`, at character 4"),
            ("a: {x: i64; y: i64}", "expected `}`, at character 11"),
            ("a: {x: i64, x: str}", "`x` occurs twice in this struct, at character 13"),
            ("*, a: i64, b: str, a: f64", "column `a` occurs twice, at character 20"),
            ("a: datetime[h]", "unknown unit `h`; there are ms, us, ns, at character 13"),
            ("* -", "expected a column name, at character 4"),
            ("* * a", "expected `,` or the end, at character 3"),
            ("* + a", "expected `:` and a type, at character 6"),
        ] {
            assert!(message(text).contains(expected), "{text}: {}", message(text));
        }
        assert!(message(&format!("a: {}i64", "[".repeat(10_000))).contains("nested more than 32 deep"));
    }

    fn a_name() -> impl Strategy<Value = String> {
        prop_oneof!["[a-z_][a-z0-9_]{0,4}", "[a`, :*\\[\\]{}é-]{1,4}"]
    }

    fn a_type() -> impl Strategy<Value = Type> {
        let units = prop::sample::select(UNITS.iter().map(|(_, unit)| *unit).collect::<Vec<_>>());
        let simple = prop_oneof![
            prop::sample::select(TYPES.iter().map(|(_, simple)| simple.clone()).collect::<Vec<_>>()),
            units.clone().prop_map(Type::Datetime),
            units.prop_map(Type::Duration),
        ];
        simple.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(|inner| Type::List(Box::new(inner))),
                prop::collection::btree_map(a_name(), inner, 1..4)
                    .prop_map(|fields| Type::Struct(fields.into_iter().map(|(name, of)| Field { name, of }).collect())),
            ]
        })
    }

    fn a_field() -> impl Strategy<Value = Field> {
        (a_name(), a_type()).prop_map(|(name, of)| Field { name, of })
    }

    fn an_expression() -> impl Strategy<Value = SchemaExpression> {
        let names = || prop::collection::vec(a_name(), 1..3);
        let change = prop_oneof![
            names().prop_map(Change::Drop),
            names().prop_map(Change::DropIfPresent),
            prop::collection::vec(a_field(), 1..3).prop_map(Change::Retype),
        ];
        let item =
            prop_oneof![a_field().prop_map(Item::Column), prop::collection::vec(change, 0..3).prop_map(Item::Input),];
        prop::collection::vec(item, 1..4).prop_map(|items| {
            // A column after `* + ...` is read as one more of the retyped ones: nobody can write that otherwise.
            let mut written: Vec<Item> = Vec::new();
            for item in items {
                match (written.last_mut(), item) {
                    (Some(Item::Input(changes)), Item::Column(field)) => match changes.last_mut() {
                        Some(Change::Retype(fields)) => fields.push(field),
                        _ => written.push(Item::Column(field)),
                    },
                    (_, item) => written.push(item),
                }
            }
            // A column that is written twice is refused.
            let mut names = std::collections::HashSet::new();
            written.retain(|item| !matches!(item, Item::Column(field) if !names.insert(field.name.clone())));
            SchemaExpression { items: if written.is_empty() { vec![Item::Input(vec![])] } else { written } }
        })
    }

    proptest! {
        #[test]
        fn reading_undoes_writing(expression in an_expression()) {
            prop_assert_eq!(read(&expression.to_string()), expression);
        }

        #[test]
        fn writing_undoes_reading(text in "[*a-c`:, +~\\[\\]{}-]{0,24}|[a-c: ,*]{0,9}(i64|str), [a-c]: datetime") {
            if let Ok(expression) = text.parse::<SchemaExpression>() {
                prop_assert_eq!(read(&expression.to_string()), expression);
            }
        }
    }
}
