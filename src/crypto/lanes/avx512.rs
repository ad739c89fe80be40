//! Eight 64-bit lanes of one AVX-512 register: the only file of the house with `unsafe`, and the only one with vector instructions.
//!
//! Everything here but the first functions carries the target feature in its type: the compiler lets only functions with the same feature call it
//! safely, and the way into those is [`run`], which asks the processor first.
#![expect(
    unsafe_code,
    reason = "entering code compiled for a processor feature, once that was found; and an array of eight words as a register, \
              for which the standard library has no safe function"
)]

use std::arch::x86_64::{
    __m512i, _MM_HINT_T0, _mm_prefetch, _mm512_add_epi64, _mm512_alignr_epi64, _mm512_and_si512,
    _mm512_cmpeq_epi64_mask, _mm512_cmplt_epu64_mask, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64,
    _mm512_mask_blend_epi64, _mm512_or_si512, _mm512_set1_epi64, _mm512_shuffle_i64x2, _mm512_slli_epi64,
    _mm512_sllv_epi64, _mm512_srai_epi64, _mm512_srli_epi64, _mm512_srlv_epi64, _mm512_sub_epi64,
    _mm512_unpackhi_epi64, _mm512_unpacklo_epi64, _mm512_xor_si512,
};

/// Eight words, side by side.
#[derive(Clone, Copy)]
pub struct Eight(__m512i);

/// Whether this processor has what the lanes need.
pub fn are_at_hand() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512ifma")
}

/// What the work in the lanes comes to; `None` when this processor has none.
///
/// `work` is a safe function that is compiled for the two features, which the compiler gives this type; no other file can write an unsafe
/// one, and none of the standard library's is ever named here.
pub(in crate::crypto) fn run<A, R>(work: unsafe fn(A) -> R, argument: A) -> Option<R> {
    // SAFETY: the processor has just been found to have the two features that the function is compiled for, and it asks for nothing else.
    are_at_hand().then(|| unsafe { work(argument) })
}

/// Runs a test of the lanes, where there are lanes.
#[cfg(test)]
pub fn test(test: unsafe fn()) {
    if are_at_hand() {
        // SAFETY: the processor has the features.
        unsafe { test() }
    } else {
        println!("skipped: this processor has no AVX-512 IFMA");
    }
}

impl Eight {
    /// These words.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn new(words: [u64; 8]) -> Eight {
        // SAFETY: both are 64 bytes without padding, and every pattern of bits is a value of either.
        Eight(unsafe { std::mem::transmute::<[u64; 8], __m512i>(words) })
    }

    /// The words.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn words(self) -> [u64; 8] {
        // SAFETY: both are 64 bytes without padding, and every pattern of bits is a value of either.
        unsafe { std::mem::transmute::<__m512i, [u64; 8]>(self.0) }
    }

    /// The same word in each lane.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn splat(word: u64) -> Eight {
        Eight(_mm512_set1_epi64(word.cast_signed()))
    }

    /// The sums modulo 2^64.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn add(self, other: Eight) -> Eight {
        Eight(_mm512_add_epi64(self.0, other.0))
    }

    /// The differences modulo 2^64.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn subtract(self, other: Eight) -> Eight {
        Eight(_mm512_sub_epi64(self.0, other.0))
    }

    /// This, plus the lower 52 bits of the product of the lower 52 bits of `a` and `b`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn add_low(self, a: Eight, b: Eight) -> Eight {
        Eight(_mm512_madd52lo_epu64(self.0, a.0, b.0))
    }

    /// This, plus the upper 52 bits of the product of the lower 52 bits of `a` and `b`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn add_high(self, a: Eight, b: Eight) -> Eight {
        Eight(_mm512_madd52hi_epu64(self.0, a.0, b.0))
    }

    /// The bits of both.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn and(self, other: Eight) -> Eight {
        Eight(_mm512_and_si512(self.0, other.0))
    }

    /// The bits of either.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn or(self, other: Eight) -> Eight {
        Eight(_mm512_or_si512(self.0, other.0))
    }

    /// The bits of one of the two.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn xor(self, other: Eight) -> Eight {
        Eight(_mm512_xor_si512(self.0, other.0))
    }

    /// Times 2^BITS.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn left<const BITS: u32>(self) -> Eight {
        Eight(_mm512_slli_epi64::<BITS>(self.0))
    }

    /// Without the lowest BITS.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn right<const BITS: u32>(self) -> Eight {
        Eight(_mm512_srli_epi64::<BITS>(self.0))
    }

    /// Without the lowest BITS, as numbers with a sign.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn right_signed<const BITS: u32>(self) -> Eight {
        Eight(_mm512_srai_epi64::<BITS>(self.0))
    }

    /// Times 2^`bits`; 0 from 64 on.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn left_by(self, bits: u64) -> Eight {
        Eight(_mm512_sllv_epi64(self.0, Eight::splat(bits).0))
    }

    /// Without the lowest `bits`; 0 from 64 on.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn right_by(self, bits: u64) -> Eight {
        Eight(_mm512_srlv_epi64(self.0, Eight::splat(bits).0))
    }

    /// A bit for each lane: whether the words are the same.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn equal(self, other: Eight) -> u8 {
        _mm512_cmpeq_epi64_mask(self.0, other.0)
    }

    /// A bit for each lane: whether this word is less than the other.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn less(self, other: Eight) -> u8 {
        _mm512_cmplt_epu64_mask(self.0, other.0)
    }

    /// The other's word where the lane's bit is set.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn or_where(self, bits: u8, other: Eight) -> Eight {
        Eight(_mm512_mask_blend_epi64(bits, self.0, other.0))
    }

    /// Lane i becomes lane i + LANES, in a circle.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma")]
    pub fn rotate<const LANES: i32>(self) -> Eight {
        Eight(_mm512_alignr_epi64::<LANES>(self.0, self.0))
    }
}

/// The eight words of eight entries: the i-th words of all in the i-th register.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn transpose(rows: [&[u64; 8]; 8]) -> [Eight; 8] {
    let [a, b, c, d, e, f, g, h] = rows.map(|row| Eight::new(*row).0);
    // Even words first, then odd ones; pairs of rows, then fours, then all eight.
    let [w0, w4, w2, w6] = quarter(
        _mm512_unpacklo_epi64(a, b),
        _mm512_unpacklo_epi64(c, d),
        _mm512_unpacklo_epi64(e, f),
        _mm512_unpacklo_epi64(g, h),
    );
    let [w1, w5, w3, w7] = quarter(
        _mm512_unpackhi_epi64(a, b),
        _mm512_unpackhi_epi64(c, d),
        _mm512_unpackhi_epi64(e, f),
        _mm512_unpackhi_epi64(g, h),
    );
    [w0, w1, w2, w3, w4, w5, w6, w7]
}

/// Each argument holds four pairs; the pairs of one place come together.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
fn quarter(ab: __m512i, cd: __m512i, ef: __m512i, gh: __m512i) -> [Eight; 4] {
    let even = (_mm512_shuffle_i64x2::<0x88>(ab, cd), _mm512_shuffle_i64x2::<0x88>(ef, gh));
    let odd = (_mm512_shuffle_i64x2::<0xdd>(ab, cd), _mm512_shuffle_i64x2::<0xdd>(ef, gh));
    [
        Eight(_mm512_shuffle_i64x2::<0x88>(even.0, even.1)),
        Eight(_mm512_shuffle_i64x2::<0xdd>(even.0, even.1)),
        Eight(_mm512_shuffle_i64x2::<0x88>(odd.0, odd.1)),
        Eight(_mm512_shuffle_i64x2::<0xdd>(odd.0, odd.1)),
    ]
}

/// Asks for an entry that will be read soon.
#[inline]
#[target_feature(enable = "avx512f,avx512ifma")]
pub fn prefetch<T>(entry: &T) {
    _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(entry).cast::<i8>());
}
