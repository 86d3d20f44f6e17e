//! Count, mean and sum of squared deviations: the state of a mean or standard deviation that combines.

/// What must be kept of some values so that mean and standard deviation of several lots can be combined.
///
/// `m2` is the sum of squared deviations *from the mean*. The sum of squares would combine by plain addition, but
/// loses all digits when the mean is large beside the spread.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    /// How many values.
    pub n: u64,
    /// Their mean; 0 when there are none.
    pub mean: f64,
    /// Sum of squared deviations from the mean.
    pub m2: f64,
}

impl Moments {
    /// The moments of both lots together.
    ///
    /// Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances",
    /// Stanford STAN-CS-79-773 (1979), equation 2.1 in terms of means.
    ///
    /// ```
    /// use outgrow::kernels::Moments;
    /// let one_and_three = Moments { n: 2, mean: 2.0, m2: 2.0 };
    /// let five = Moments { n: 1, mean: 5.0, m2: 0.0 };
    /// let all = one_and_three.merge(five);
    /// assert_eq!((all.n, all.mean, all.std()), (3, 3.0, Some(2.0)));
    /// ```
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        // An empty lot changes nothing, not even the last bit.
        if self.n == 0 {
            return other;
        }
        if other.n == 0 {
            return self;
        }
        let n = self.n + other.n;
        let delta = other.mean - self.mean;
        let share = other.n as f64 / n as f64;
        Self { n, mean: self.mean + delta * share, m2: self.m2 + other.m2 + delta * delta * share * self.n as f64 }
    }

    /// The mean; `None` when there are no values.
    pub fn mean(self) -> Option<f64> {
        (self.n > 0).then_some(self.mean)
    }

    /// The sample standard deviation (divided by n - 1); `None` for fewer than two values.
    pub fn std(self) -> Option<f64> {
        (self.n > 1).then(|| (self.m2 / (self.n - 1) as f64).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// In two passes, as the definition says.
    fn moments(values: &[f64]) -> Moments {
        let mean = if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 };
        let m2 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Moments { n: values.len() as u64, mean, m2 }
    }

    proptest! {
        #[test]
        fn any_split_gives_the_moments_of_the_whole(
            values in prop::collection::vec(-1e4..1e4f64, 0..200),
            cuts in prop::collection::vec(0usize..200, 0..8),
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(values.len())).collect();
            cuts.extend([0, values.len()]);
            cuts.sort_unstable();
            let merged = cuts.windows(2).map(|cut| moments(&values[cut[0]..cut[1]])).fold(Moments::default(), Moments::merge);
            let whole = moments(&values);
            prop_assert_eq!(merged.n, whole.n);
            prop_assert!((merged.mean - whole.mean).abs() <= 1e-9 * whole.mean.abs().max(1.0));
            prop_assert!((merged.m2 - whole.m2).abs() <= 1e-9 * whole.m2.max(1.0));
        }
    }

    #[test]
    fn a_large_mean_does_not_swallow_the_spread() {
        // With a sum of squares this gives 0 or worse: 1e18 + 1 has no room for the 1.
        let left = moments(&[1e9, 1e9 + 1.0]);
        let right = moments(&[1e9 + 2.0]);
        assert_eq!(left.merge(right).std(), Some(1.0));
    }
}
