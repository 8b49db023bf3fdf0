//! The tokens still to be read.

use crate::lexer::{Symbol, Token, TokenKind};
use crate::{DEPTH_MAX, ParseError, Position};

/// A text's tokens, and how deep the reader has gone.
pub(super) struct Tokens {
    tokens: Vec<Token>,
    next: usize,
    nesting: u32,
    pattern_count: usize,
}

/// How many regular expressions a query may have. Each may take some megabytes.
const PATTERNS_MAX: usize = 64;

/// How deep brackets and signs may nest. Reading is recursive, and each level takes more of
/// the stack than a level of the tree does.
const NESTING_MAX: u32 = 100;

impl Tokens {
    /// `tokens` ends with [`TokenKind::End`].
    pub(super) fn new(tokens: Vec<Token>) -> Self {
        Self { tokens, next: 0, nesting: 0, pattern_count: 0 }
    }

    pub(super) fn at(&self) -> Position {
        self.tokens[self.next].at
    }

    pub(super) fn kind(&self) -> &TokenKind {
        &self.tokens[self.next].kind
    }

    pub(super) fn is_end(&self) -> bool {
        *self.kind() == TokenKind::End
    }

    /// Passes a token; the end stays.
    pub(super) fn advance(&mut self) {
        self.next = (self.next + 1).min(self.tokens.len() - 1);
    }

    pub(super) fn symbol(&self) -> Option<Symbol> {
        match self.kind() {
            TokenKind::Symbol(symbol) => Some(*symbol),
            _ => None,
        }
    }

    pub(super) fn word(&self) -> Option<&str> {
        match self.kind() {
            TokenKind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Passes `symbol`, if it is next.
    pub(super) fn take(&mut self, symbol: Symbol) -> bool {
        let is_next = self.symbol() == Some(symbol);
        if is_next {
            self.advance();
        }
        is_next
    }

    /// Passes `word`, if it is next.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let is_next = self.word() == Some(word);
        if is_next {
            self.advance();
        }
        is_next
    }

    pub(super) fn expect(&mut self, symbol: Symbol) -> Result<(), ParseError> {
        if self.take(symbol) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{}`", symbol.text())))
    }

    pub(super) fn expect_any_word(&mut self, what: &str) -> Result<String, ParseError> {
        let Some(word) = self.word().map(str::to_owned) else {
            return Err(self.unexpected(what));
        };
        self.advance();
        Ok(word)
    }

    /// The next token is none that can stand here.
    pub(super) fn unexpected(&self, expected: &str) -> ParseError {
        ParseError::new(self.at(), format!("unexpected {}, expected {expected}", self.kind()))
    }

    /// Reads with `read` what stands one level deeper.
    pub(super) fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, ParseError>,
    ) -> Result<T, ParseError> {
        if self.nesting == NESTING_MAX {
            let reason = format!("brackets and signs may nest {NESTING_MAX} deep, not deeper");
            return Err(ParseError::new(self.at(), reason));
        }
        self.nesting += 1;
        let result = read(self);
        self.nesting -= 1;
        result
    }

    /// Counts a regular expression, which is behind the operator at `at`.
    pub(super) fn count_pattern(&mut self, at: Position) -> Result<(), ParseError> {
        self.pattern_count += 1;
        if self.pattern_count <= PATTERNS_MAX {
            return Ok(());
        }
        let reason =
            format!("a query may have {PATTERNS_MAX} regular expressions; join them as `a|b`");
        Err(ParseError::new(at, reason))
    }

    /// One more than the deeper of two trees, if that is not too deep.
    pub(super) fn deeper(&self, left: u32, right: u32) -> Result<u32, ParseError> {
        let depth = left.max(right) + 1;
        if depth > DEPTH_MAX {
            let reason =
                format!("expressions may be {DEPTH_MAX} deep, chains of operators included");
            return Err(ParseError::new(self.at(), reason));
        }
        Ok(depth)
    }
}
