//! What a text is made of.

use std::fmt;

use crate::Position;
use crate::duration::format_duration;
use crate::number::format_float;

/// A token and where it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// Where.
    pub at: Position,
    /// What.
    pub kind: TokenKind,
}

/// What a token is. It prints as errors name it.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenKind {
    /// A word: a keyword, a function or the name of an intrinsic.
    Word(String),
    /// `span.` and its like; a [`TokenKind::Name`] follows, or another scope after `parent.`.
    AttributeScope(Scope),
    /// The name of an attribute, without its quotes; may be empty.
    Name(String),
    /// `span:` and its like.
    IntrinsicScope(Scope),
    /// A text.
    Text(String),
    /// A whole number.
    Int(i64),
    /// A number with a point or exponent.
    Float(f64),
    /// A number with units, in nanoseconds.
    Duration(i64),
    /// An operator or bracket.
    Symbol(Symbol),
    /// The end of the query.
    End,
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => write!(f, "`{word}`"),
            Self::AttributeScope(scope) => write!(f, "`{}.`", scope.word()),
            Self::Name(name) if name.is_empty() => f.write_str("an empty name"),
            Self::Name(name) => write!(f, "name `{name}`"),
            Self::IntrinsicScope(scope) => write!(f, "`{}:`", scope.word()),
            Self::Text(text) => write!(f, "text {text:?}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Float(value) => f.write_str(&format_float(*value)),
            Self::Duration(nanos) => f.write_str(&format_duration(*nanos)),
            Self::Symbol(symbol) => write!(f, "`{}`", symbol.text()),
            Self::End => f.write_str("end of the query"),
        }
    }
}

/// Where an attribute or intrinsic is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Not said: the span, else its resource.
    None,
    /// The span.
    Span,
    /// Its resource.
    Resource,
    /// One of its events.
    Event,
    /// One of its links.
    Link,
    /// Its instrumentation scope.
    Instrumentation,
    /// The span's parent: read, but not answered.
    Parent,
    /// The trace: only of intrinsics.
    Trace,
}

impl Scope {
    /// How the scope is written, without its `.` or `:`.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Span => "span",
            Self::Resource => "resource",
            Self::Event => "event",
            Self::Link => "link",
            Self::Instrumentation => "instrumentation",
            Self::Parent => "parent",
            Self::Trace => "trace",
        }
    }

    pub(super) fn of_attribute(word: &str) -> Option<Self> {
        [Self::Span, Self::Resource, Self::Event, Self::Link, Self::Instrumentation, Self::Parent]
            .into_iter()
            .find(|scope| scope.word() == word)
    }

    pub(super) fn of_intrinsic(word: &str) -> Option<Self> {
        [Self::Span, Self::Event, Self::Link, Self::Instrumentation, Self::Trace]
            .into_iter()
            .find(|scope| scope.word() == word)
    }
}

macro_rules! symbols {
    ($($name:ident $text:literal),* $(,)?) => {
        /// Operators and brackets.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Symbol {
            $(#[doc = concat!("`", $text, "`")] $name,)*
        }

        impl Symbol {
            /// Longer ones before those that they begin with.
            const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// How it is written.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

symbols! {
    NotDescendant "!>>", NotAncestor "!<<", UnionDescendant "&>>", UnionAncestor "&<<",
    NotEqual "!=", NotRegex "!~", NotChild "!>", NotParent "!<",
    UnionChild "&>", UnionParent "&<", UnionSibling "&~",
    And "&&", Or "||", Descendant ">>", Ancestor "<<",
    GreaterEqual ">=", LessEqual "<=", Regex "=~",
    OpenBrace "{", CloseBrace "}", OpenParen "(", CloseParen ")",
    Equal "=", Greater ">", Less "<", Plus "+", Minus "-", Slash "/", Percent "%",
    Star "*", Caret "^", Bang "!", Pipe "|", Tilde "~", Comma ",",
}

impl Symbol {
    /// The longest symbol that `text` begins with.
    pub(super) fn longest_in(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|symbol| text.starts_with(symbol.text()))
    }
}
