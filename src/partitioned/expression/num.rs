//! How many partitions, as an expression: `4`, `ROWCOUNT / 100000`, `max(CONCURRENCY * 4, 16)`.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use super::text::{Scanner, SyntaxError};

/// A number of partitions: whole numbers, `ROWCOUNT`, `CONCURRENCY`, `+ - * /`, `min`, `max` and parentheses.
///
/// Each division rounds down where it stands, to the next smaller whole number. Read with [`str::parse`], written with
/// [`Display`]; each undoes the other.
///
/// ```
/// use outgrow::partitioned::expression::NumExpression;
/// let num: NumExpression = "max(rowcount/100000, CONCURRENCY)".parse().unwrap();
/// assert_eq!(num.value(1_000_000, 4), Ok(10));
/// assert_eq!(num.to_string(), "max(ROWCOUNT / 100000, CONCURRENCY)");
/// let error = "ROWS / 4".parse::<NumExpression>().unwrap_err().to_string();
/// assert!(error.contains("at character 1"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumExpression(Node);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Number(u64),
    RowCount,
    Concurrency,
    /// Left, operator, right; the operator is one of `+ - * /`.
    Binary(Box<Node>, char, Box<Node>),
    Min(Box<Node>, Box<Node>),
    Max(Box<Node>, Box<Node>),
}

impl NumExpression {
    /// Whether the number of rows must be known.
    ///
    /// ```
    /// use outgrow::partitioned::expression::NumExpression;
    /// assert!("ROWCOUNT / 100000".parse::<NumExpression>().unwrap().needs_row_count());
    /// assert!(!"CONCURRENCY * 4".parse::<NumExpression>().unwrap().needs_row_count());
    /// ```
    pub fn needs_row_count(&self) -> bool {
        self.0.any(&Node::RowCount)
    }

    /// The value for so many rows and an engine that works on so many partitions at the same time, at least 1.
    ///
    /// ```
    /// use outgrow::partitioned::expression::NumExpression;
    /// let num: NumExpression = "ROWCOUNT / 300".parse().unwrap();
    /// assert_eq!((num.value(1_000, 4), num.value(0, 4)), (Ok(3), Ok(1)));
    /// ```
    ///
    /// # Errors
    /// In words: a division by zero, or a number too large to count with.
    pub fn value(&self, rows: usize, concurrency: usize) -> Result<usize, String> {
        let value = self.0.value(rows as i128, concurrency as i128).map_err(|what| format!("num `{self}`: {what}"))?;
        usize::try_from(value.max(1)).map_err(|_| format!("num `{self}`: {value} partitions are too many"))
    }
}

impl Node {
    fn any(&self, wanted: &Node) -> bool {
        match self {
            Node::Binary(left, _, right) | Node::Min(left, right) | Node::Max(left, right) => {
                left.any(wanted) || right.any(wanted)
            }
            leaf => leaf == wanted,
        }
    }

    fn value(&self, rows: i128, concurrency: i128) -> Result<i128, &'static str> {
        let of = |node: &Node| node.value(rows, concurrency);
        Ok(match self {
            Node::Number(number) => i128::from(*number),
            Node::RowCount => rows,
            Node::Concurrency => concurrency,
            Node::Min(left, right) => of(left)?.min(of(right)?),
            Node::Max(left, right) => of(left)?.max(of(right)?),
            Node::Binary(left, operator, right) => {
                let (left, right) = (of(left)?, of(right)?);
                let value = match operator {
                    '+' => left.checked_add(right),
                    '-' => left.checked_sub(right),
                    '*' => left.checked_mul(right),
                    _ if right == 0 => return Err("division by zero"),
                    _ => left.checked_div(right).map(|value| {
                        let up = left % right != 0 && (left < 0) != (right < 0);
                        value - i128::from(up)
                    }),
                };
                value.ok_or("the numbers become too large")?
            }
        })
    }
}

impl FromStr for NumExpression {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Self, SyntaxError> {
        let mut scanner = Scanner::new("num", text);
        let node = scanner.nested(sum)?;
        let place = scanner.place();
        match scanner.peek() {
            None => Ok(Self(node)),
            Some(_) => Err(scanner.error(place, "expected an operator or the end")),
        }
    }
}

fn sum(scanner: &mut Scanner) -> Result<Node, SyntaxError> {
    chain(scanner, ['+', '-'], product)
}

fn product(scanner: &mut Scanner) -> Result<Node, SyntaxError> {
    chain(scanner, ['*', '/'], factor)
}

/// Operands with operators of one rank between them, from left to right. Each one counts as a level of nesting, since
/// the tree is as deep as the chain is long.
fn chain(
    scanner: &mut Scanner,
    operators: [char; 2],
    operand: fn(&mut Scanner) -> Result<Node, SyntaxError>,
) -> Result<Node, SyntaxError> {
    fn more(
        scanner: &mut Scanner,
        left: Node,
        operators: [char; 2],
        operand: fn(&mut Scanner) -> Result<Node, SyntaxError>,
    ) -> Result<Node, SyntaxError> {
        let Some(operator) = operators.into_iter().find(|operator| scanner.take(*operator)) else {
            return Ok(left);
        };
        let right = operand(scanner)?;
        let node = Node::Binary(Box::new(left), operator, Box::new(right));
        scanner.nested(|scanner| more(scanner, node, operators, operand))
    }
    let first = operand(scanner)?;
    more(scanner, first, operators, operand)
}

fn factor(scanner: &mut Scanner) -> Result<Node, SyntaxError> {
    let start = scanner.place();
    if scanner.take('(') {
        let inner = scanner.nested(sum)?;
        expect(scanner, ')')?;
        return Ok(inner);
    }
    let word = scanner.word();
    match word.to_lowercase().as_str() {
        "rowcount" => Ok(Node::RowCount),
        "concurrency" => Ok(Node::Concurrency),
        least_or_most @ ("min" | "max") => {
            expect(scanner, '(')?;
            let left = Box::new(scanner.nested(sum)?);
            expect(scanner, ',')?;
            let right = Box::new(scanner.nested(sum)?);
            expect(scanner, ')')?;
            Ok(if least_or_most == "min" { Node::Min(left, right) } else { Node::Max(left, right) })
        }
        "" => Err(scanner.error(start, "expected a number, ROWCOUNT or CONCURRENCY")),
        _ => word.parse().map(Node::Number).map_err(|_| {
            let what = format!("`{word}` is no whole number, and none of ROWCOUNT, CONCURRENCY, min, max");
            scanner.error(start, what)
        }),
    }
}

fn expect(scanner: &mut Scanner, wanted: char) -> Result<(), SyntaxError> {
    let place = scanner.place();
    if scanner.take(wanted) { Ok(()) } else { Err(scanner.error(place, format!("expected `{wanted}`"))) }
}

impl Display for NumExpression {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        /// Parentheses where the operators' ranks do not say the same.
        fn operand(f: &mut Formatter<'_>, node: &Node, parent: char, right: bool) -> std::fmt::Result {
            let rank = |operator: char| u8::from(matches!(operator, '*' | '/'));
            match node {
                Node::Binary(_, operator, _)
                    if rank(*operator) < rank(parent) || (right && rank(*operator) == rank(parent)) =>
                {
                    write!(f, "({node})")
                }
                _ => write!(f, "{node}"),
            }
        }
        match self {
            Node::Number(number) => write!(f, "{number}"),
            Node::RowCount => f.write_str("ROWCOUNT"),
            Node::Concurrency => f.write_str("CONCURRENCY"),
            Node::Min(left, right) => write!(f, "min({left}, {right})"),
            Node::Max(left, right) => write!(f, "max({left}, {right})"),
            Node::Binary(left, operator, right) => {
                operand(f, left, *operator, false)?;
                write!(f, " {operator} ")?;
                operand(f, right, *operator, true)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(text: &str) -> Result<usize, String> {
        text.parse::<NumExpression>().unwrap_or_else(|error| panic!("{error}")).value(1_000, 4)
    }

    #[test]
    fn expressions_have_the_usual_meaning() {
        for (text, expected) in [
            ("4", 4),
            ("0", 1),
            ("rowcount / 300", 3),
            ("2 + 3 * CONCURRENCY", 14),
            ("(2 + 3) * CONCURRENCY", 20),
            ("10 - 3 - 2", 5),
            ("3 - 10", 1),
            ("10 - 7 / 2", 7),
            ("10 + 7 / (2 - CONCURRENCY)", 6),
            ("10 + (0 - 7) / 2", 6),
            ("(0 - 7) / (0 - 2)", 3),
            ("min(ROWCOUNT, max(8, CONCURRENCY))", 8),
        ] {
            assert_eq!(value(text), Ok(expected), "{text}");
        }
        assert_eq!(
            value("ROWCOUNT / (4 - CONCURRENCY)").unwrap_err(),
            "num `ROWCOUNT / (4 - CONCURRENCY)`: division by zero"
        );
        let large = ["18446744073709551615"; 3].join(" * ");
        assert!(value(&large).unwrap_err().contains("too large"));
        assert!(value("18446744073709551615 * 2").unwrap_err().contains("too many"));
    }

    #[test]
    fn errors_point_at_the_character() {
        let message = |text: &str| text.parse::<NumExpression>().unwrap_err().to_string();
        assert_eq!(
            message("ROWS / 4"),
            "num: `ROWS` is no whole number, and none of ROWCOUNT, CONCURRENCY, min, max, at character 1:\n  ROWS / 4\n  ^"
        );
        for (text, expected) in [
            ("", "expected a number, ROWCOUNT or CONCURRENCY, at character 1"),
            ("4 +", "expected a number, ROWCOUNT or CONCURRENCY, at character 4"),
            ("(4", "expected `)`, at character 3"),
            ("min(4)", "expected `,`, at character 6"),
            ("4 5", "expected an operator or the end, at character 3"),
            ("1.5", "expected an operator or the end, at character 2"),
            ("__import__('os')", "is no whole number"),
        ] {
            assert!(message(text).contains(expected), "{text}: {}", message(text));
        }
        assert!(message(&"(".repeat(100_000)).contains("nested more than"));
        assert!(message(&"1+".repeat(100_000)).contains("nested more than"));
    }

    proptest! {
        #[test]
        fn reading_undoes_writing(text in "(([0-9]{1,2}|ROWCOUNT|min\\(1, 2\\)|\\(3 - CONCURRENCY\\)|\\(4\\*2\\)) ?[*/+-] ?){0,5}[1-9]") {
            let expression: NumExpression = text.parse().unwrap();
            prop_assert_eq!(expression.to_string().parse::<NumExpression>().unwrap(), expression);
        }
    }
}
