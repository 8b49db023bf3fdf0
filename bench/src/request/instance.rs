//! One trace as it is sent: its ids, times and varying attributes.

use crate::dice::{Dice, mix};
use crate::shape::{Patch, TraceTemplate, What, write_hex};

/// How many traces have an error: a span, and those above it up to the root.
const ERROR_PROBABILITY: f64 = 0.03;
/// How many traces take ten times as long.
const SLOW_PROBABILITY: f64 = 0.01;

pub(super) struct Instance {
    /// The trace id.
    pub(super) id: [u8; 16],
    seed: u64,
    start_unix_nano: u64,
    /// What durations are multiplied with.
    scale: f64,
    /// The spans in error, by their index.
    errors: Vec<usize>,
    /// For what each part of the trace draws anew.
    dice: Dice,
}

impl Instance {
    pub(super) fn new(template: &TraceTemplate, end_unix_nano: u64, mut dice: Dice) -> Self {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&dice.number().to_be_bytes());
        id[8..].copy_from_slice(&dice.number().to_be_bytes());
        // Between a quarter and four times as long as the template, like it mostly.
        let exponent: f64 = (0..4).map(|_| dice.fraction()).sum();
        let slow = if dice.chance(SLOW_PROBABILITY) { 10.0 } else { 1.0 };
        let scale = (exponent - 2.0).exp2() * slow;
        let mut errors = Vec::new();
        if dice.chance(ERROR_PROBABILITY) {
            let mut failing = Some(dice.below(template.spans.len()));
            while let Some(span) = failing {
                errors.push(span);
                failing = template.spans[span].parent;
            }
        }
        let duration = (template.duration_nano as f64 * scale) as u64;
        let start_unix_nano = end_unix_nano.saturating_sub(duration);
        Self { id, seed: dice.number(), start_unix_nano, scale, errors, dice }
    }

    /// Writes over the place of `patch` in `bytes`.
    pub(super) fn write(&mut self, patch: &Patch, bytes: &mut [u8]) {
        let place = &mut bytes[patch.at..];
        match patch.what {
            What::TraceId => place[..16].copy_from_slice(&self.id),
            What::SpanId(span) => {
                let id = mix(self.seed.wrapping_add(span.into())).max(1);
                place[..8].copy_from_slice(&id.to_be_bytes());
            }
            What::Time(offset) => {
                let time = self.start_unix_nano + (offset as f64 * self.scale) as u64;
                place[..8].copy_from_slice(&time.to_le_bytes());
            }
            What::Hex { length, variable } => {
                let seed = mix(self.seed ^ (u64::from(variable) << 32 | 0xffff));
                write_hex(&mut place[..length.into()], seed);
            }
            What::Decimal { length, end } => {
                let mut number = self.dice.below(end as usize);
                for digit in place[..length.into()].iter_mut().rev() {
                    *digit = b'0' + (number % 10) as u8;
                    number /= 10;
                }
            }
            What::Port => {
                let port = 0x8000 + self.dice.below(0x7000);
                let [low, high, ..] = port.to_le_bytes();
                place[0] = low | 0x80;
                place[1] = (low >> 7) | (high << 1) | 0x80;
                place[2] = high >> 6;
            }
            What::Status(span) => {
                place[0] = if self.errors.contains(&span.into()) { 2 } else { 0 };
            }
        }
    }
}
