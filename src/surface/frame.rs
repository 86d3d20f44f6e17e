//! Arithmetic and comparison of two frames, aligned on labels and columns.
//!
//! This file is compiled twice, as a module of `eager` and of `dropin`: the frame beside it is another one each time.

use super::DataFrame;
use crate::error::Result;
use crate::kernels::Op;

/// Two frames are put side by side by label first, as two series are, and then column by column.
macro_rules! of_two_frames {
    ($($name:ident $op:ident $does:literal;)*) => {
        impl DataFrame {
            $(
                #[doc = $does]
                /// For values with the same label and column; null where only one has them, or one is missing. As
                #[doc = concat!("pandas' `frame.", stringify!($name), "(other)`, which aligns too.")]
                ///
                /// # Errors
                /// [`Error::Input`](crate::Error::Input) for types that cannot be put together.
                pub fn $name(&self, other: &Self) -> Result<Self> {
                    self.arithmetic(Op::$op, other)
                }
            )*
        }
    };
}

of_two_frames! {
    add Add "The sums.";
    sub Sub "The differences.";
    mul Mul "The products.";
    div Div "The quotients.";
    eq Eq "Whether both are equal.";
    ne Ne "Whether both differ.";
    lt Lt "Whether this is smaller.";
    le Le "Whether this is smaller or equal.";
    gt Gt "Whether this is larger.";
    ge Ge "Whether this is larger or equal.";
}
