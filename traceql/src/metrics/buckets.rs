//! Buckets whose edges are powers of two, and quantiles out of them.

/// The upper edge of the bucket that `value` falls in: the next power of two. `None` below
/// two, where there are no buckets.
pub fn bucket_of(value: u64) -> Option<u64> {
    if value < 2 { None } else { value.checked_next_power_of_two() }
}

/// The quantile `q` of the values in `buckets` (upper edge, count; ascending), the values
/// of a bucket taken as spread evenly over its powers of two. 0 where there are none.
pub fn quantile(q: f64, buckets: &[(f64, f64)]) -> f64 {
    let total: f64 = buckets.iter().map(|(_, count)| count).sum();
    if total <= 0.0 {
        return 0.0;
    }
    let wanted = (q * total).ceil().max(1.0);
    let mut seen = 0.0;
    let mut below = None;
    for (edge, count) in buckets {
        if seen + count >= wanted {
            if seen + count == wanted {
                return *edge;
            }
            let low = below.unwrap_or(edge / 2.0_f64).log2();
            let fraction = (wanted - seen) / count;
            return (low + (edge.log2() - low) * fraction).exp2();
        }
        seen += count;
        below = Some(*edge);
    }
    below.unwrap_or(0.0)
}
