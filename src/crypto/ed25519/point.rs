//! Points of the Edwards curve -x^2 + y^2 = 1 + d x^2 y^2 (RFC 8032, 5.1), and their sums, which are complete: there is no exception.

use super::field::Element;

/// The y coordinate of the base point, 4/5, little-endian; its x is even.
const BASE: [u8; 32] = {
    let mut y = [0x66; 32];
    y[0] = 0x58;
    y
};

/// The square root of -1 that is 2^((p - 1) / 4).
const ROOT_OF_MINUS_ONE: [u8; 32] = [
    0xb0, 0xa0, 0x0e, 0x4a, 0x27, 0x1b, 0xee, 0xc4, 0x78, 0xe4, 0x2f, 0xad, 0x06, 0x18, 0x43, 0x2f, 0xa7, 0xd7, 0xfb,
    0x3d, 0x99, 0x00, 0x4d, 0x2b, 0x0b, 0xdf, 0xc1, 0x4f, 0x80, 0x24, 0x83, 0x2b,
];

/// A point (x, y) as X/Z, Y/Z and T/Z = xy.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    x: Element,
    y: Element,
    z: Element,
    t: Element,
}

/// A point as it is best added: y + x, y - x and 2 d x y, as they need least memory.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Addend {
    /// y + x, then y - x.
    sums: [u64; 8],
    /// 2 d x y, then nothing.
    product: [u64; 8],
}

impl Addend {
    /// That of (0, 1).
    pub const NEUTRAL: Addend = Addend { sums: [1, 0, 0, 0, 1, 0, 0, 0], product: [0; 8] };

    /// y + x in the first four words, y - x in the others.
    #[cfg(target_arch = "x86_64")]
    pub fn sum_and_difference(&self) -> &[u64; 8] {
        &self.sums
    }

    /// 2 d x y in the first four words.
    #[cfg(target_arch = "x86_64")]
    pub fn product(&self) -> &[u64; 8] {
        &self.product
    }

    #[inline(always)]
    fn numbers(&self) -> (Element, Element, Element) {
        let [a, b, c, d, e, f, g, h] = self.sums;
        let [p, q, r, s, ..] = self.product;
        (Element::unpacked([a, b, c, d]), Element::unpacked([e, f, g, h]), Element::unpacked([p, q, r, s]))
    }
}

impl Point {
    /// (0, 1), which changes no sum.
    pub const NEUTRAL: Point = Point { x: Element::ZERO, y: Element::ONE, z: Element::ONE, t: Element::ZERO };

    /// The base point.
    pub fn base() -> Option<Point> {
        Point::decode(&BASE)
    }

    /// The point with that encoding (RFC 8032, 5.1.3): y, and the lowest bit of x as the highest. `None` when there is none. The encoding
    /// need not be canonical; that is the rule's to say.
    pub fn decode(encoded: &[u8; 32]) -> Option<Point> {
        let y = Element::from_bytes(encoded);
        // x^2 = u / v, and the root of that is u v^3 (u v^7)^((p - 5) / 8), or that times the root of -1.
        let u = y.square().minus(Element::ONE);
        let v = y.square().times(Element::D).plus(Element::ONE);
        let v3 = v.square().times(v);
        let mut x = u.times(v3).times(u.times(v3.square().times(v)).to_252_less_3());
        let found = v.times(x.square()).to_bytes();
        if found == Element::ZERO.minus(u).to_bytes() {
            x = x.times(Element::from_bytes(&ROOT_OF_MINUS_ONE));
        }
        if v.times(x.square()).to_bytes() != u.to_bytes() {
            return None;
        }
        let wants_odd = encoded.last().is_some_and(|last| last >> 7 == 1);
        if is_odd(x) != wants_odd {
            x = Element::ZERO.minus(x);
        }
        Some(Point { x, y, z: Element::ONE, t: x.times(y) })
    }

    /// The encoding, given the inverse of [`Point::z`].
    pub fn encode_with(&self, inverse: Element) -> [u8; 32] {
        let mut encoded = self.y.times(inverse).to_bytes();
        if let Some(last) = encoded.last_mut() {
            *last |= u8::from(is_odd(self.x.times(inverse))) << 7;
        }
        encoded
    }

    /// What x and y are divided by; never zero.
    pub fn z(&self) -> Element {
        self.z
    }

    /// The negative.
    pub fn negative(&self) -> Point {
        Point { x: Element::ZERO.minus(self.x), t: Element::ZERO.minus(self.t), ..*self }
    }

    /// The sum with any point.
    pub fn plus(&self, other: &Point) -> Point {
        let (a, b) =
            (self.y.minus(self.x).times(other.y.minus(other.x)), self.y.plus(self.x).times(other.y.plus(other.x)));
        let c = self.t.times(other.t).times(Element::D.plus(Element::D));
        let d = self.z.times(other.z);
        Point::summed(a, b, c, d.plus(d))
    }

    /// The sum with a point of a table.
    #[inline(always)]
    pub fn plus_addend(&self, other: &Addend) -> Point {
        let (sum, difference, product) = other.numbers();
        let a = self.y.minus(self.x).times(difference);
        let b = self.y.plus(self.x).times(sum);
        let c = self.t.times(product);
        Point::summed(a, b, c, self.z.plus(self.z))
    }

    /// The difference to a point of a table.
    #[inline(always)]
    pub fn minus_addend(&self, other: &Addend) -> Point {
        let (sum, difference, product) = other.numbers();
        let a = self.y.minus(self.x).times(sum);
        let b = self.y.plus(self.x).times(difference);
        let c = self.t.times(product);
        Point::summed(a, b, Element::ZERO.minus(c), self.z.plus(self.z))
    }

    /// The end of every sum (Hisil, Wong, Carter and Dawson 2008, 3.1).
    #[inline(always)]
    fn summed(a: Element, b: Element, c: Element, d: Element) -> Point {
        let (e, f, g, h) = (b.minus(a), d.minus(c), d.plus(c), b.plus(a));
        Point { x: e.times(f), y: g.times(h), z: f.times(g), t: e.times(h) }
    }

    /// The same as an addend, given the inverse of [`Point::z`].
    pub fn addend_with(&self, inverse: Element) -> Addend {
        let (x, y) = (self.x.times(inverse), self.y.times(inverse));
        let product = x.times(y).times(Element::D.plus(Element::D));
        let ([a, b, c, d], [e, f, g, h], [p, q, r, s]) = (y.plus(x).packed(), y.minus(x).packed(), product.packed());
        Addend { sums: [a, b, c, d, e, f, g, h], product: [p, q, r, s, 0, 0, 0, 0] }
    }
}

fn is_odd(number: Element) -> bool {
    let [first, ..] = number.to_bytes();
    first & 1 == 1
}
