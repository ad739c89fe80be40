//! Finding and reading the codes of a picture: the picture as it is first, then changed in ways that help.

use std::panic::{AssertUnwindSafe, catch_unwind};

use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageFormat, ImageReader, Limits, Luma};
use rqrr::PreparedImage;

use super::{finders, flat, upright};
use crate::limits;
use crate::reason::{Code, Reason};

/// White pixels put around every picture: codes cropped to their edge lack the border that finding them needs.
const MARGIN: u32 = 24;

/// Pixels of the picture that is searched; larger photos are scaled down, which loses nothing that a code needs.
const SEARCHED_PIXELS: u32 = 4_000_000;

/// Pictures with fewer pixels are also tried enlarged.
const SMALL_PIXELS: u32 = 1_000_000;

/// Finder patterns of one picture: three for each code that we would return.
const FINDERS: usize = 3 * limits::IMAGE_CODES;

/// Finder patterns of a picture in which codes seen from the side are searched; that copies the picture for each
/// combination that looks like one.
const SEARCHED_FINDERS: usize = 24;

/// How the prepared picture marks a dark pixel.
const BLACK: u8 = 1;

/// The texts of all QR codes found in a PNG or JPEG, at most [`limits::IMAGE_CODES`].
///
/// A code's bytes are its text when they are UTF-8; otherwise each byte is one character (Latin-1).
/// Errors: `image.too_large` (by the header, before anything is decoded), `image.unreadable`, `image.no_code`.
pub fn read(picture: &[u8]) -> Result<Vec<String>, Reason> {
    let picture = gray(picture)?;
    if let Some(text) = upright_text(&picture) {
        return Ok(vec![text]);
    }
    let attempts: [fn(&GrayImage) -> Option<GrayImage>; 7] =
        [as_it_is, two_tone, enlarged, enlarged_sharply, reduced, inverted, inverted_two_tone];
    for attempt in attempts {
        let texts = attempt(&picture).map(|changed| texts(&changed)).unwrap_or_default();
        if !texts.is_empty() {
            return Ok(texts);
        }
    }
    Err(Reason::new(Code::ImageNoCode))
}

/// The picture in shades of gray, on white where it was transparent, no larger than what we search.
fn gray(picture: &[u8]) -> Result<GrayImage, Reason> {
    if picture.len() > limits::IMAGE_BYTES {
        return Err(too_large(format!("{} bytes", limits::IMAGE_BYTES)).got(picture.len()));
    }
    let format = match picture {
        [0x89, b'P', b'N', b'G', ..] => ImageFormat::Png,
        [0xff, 0xd8, 0xff, ..] => ImageFormat::Jpeg,
        _ => return Err(unreadable()),
    };
    let reader = || {
        let mut reader = ImageReader::with_format(std::io::Cursor::new(picture), format);
        let mut room = Limits::default();
        room.max_alloc = Some(limits::IMAGE_MEMORY_BYTES);
        reader.limits(room);
        reader
    };
    let (width, height) = reader().into_dimensions().map_err(|_| unreadable())?;
    if u64::from(width) * u64::from(height) > limits::IMAGE_PIXELS {
        return Err(too_large(format!("{} pixels", limits::IMAGE_PIXELS)).got(format!("{width} x {height}")));
    }
    let decoded = catch_unwind(|| reader().decode().ok()).ok().flatten().ok_or_else(unreadable)?;
    Ok(searchable(on_white(decoded)))
}

fn on_white(picture: DynamicImage) -> GrayImage {
    if !picture.color().has_alpha() {
        return picture.into_luma8();
    }
    let picture = picture.into_luma_alpha8();
    GrayImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [shade, alpha] = picture.get_pixel(x, y).0.map(u16::from);
        let blended = (shade * alpha + 255 * (255 - alpha)) / 255;
        Luma([u8::try_from(blended).unwrap_or(255)])
    })
}

fn searchable(picture: GrayImage) -> GrayImage {
    let pixels = picture.width().saturating_mul(picture.height());
    let factor = (pixels / SEARCHED_PIXELS).isqrt() + 1;
    if pixels <= SEARCHED_PIXELS {
        return picture;
    }
    imageops::thumbnail(&picture, (picture.width() / factor).max(1), (picture.height() / factor).max(1))
}

fn as_it_is(picture: &GrayImage) -> Option<GrayImage> {
    Some(picture.clone())
}

/// Black and white, parted where the shades part best (Otsu's method).
fn two_tone(picture: &GrayImage) -> Option<GrayImage> {
    let threshold = threshold(picture);
    let mut changed = picture.clone();
    changed.pixels_mut().for_each(|Luma([shade])| *shade = if *shade > threshold { 255 } else { 0 });
    Some(changed)
}

fn enlarged(picture: &GrayImage) -> Option<GrayImage> {
    scaled(picture, FilterType::Triangle)
}

fn enlarged_sharply(picture: &GrayImage) -> Option<GrayImage> {
    scaled(picture, FilterType::Nearest)
}

fn scaled(picture: &GrayImage, filter: FilterType) -> Option<GrayImage> {
    let (width, height) = picture.dimensions();
    let small = width.saturating_mul(height) < SMALL_PIXELS;
    small.then(|| imageops::resize(picture, width * 2, height * 2, filter))
}

fn reduced(picture: &GrayImage) -> Option<GrayImage> {
    let (width, height) = (picture.width() / 2, picture.height() / 2);
    (width > 20 && height > 20).then(|| imageops::thumbnail(picture, width, height))
}

fn inverted(picture: &GrayImage) -> Option<GrayImage> {
    let mut changed = picture.clone();
    imageops::invert(&mut changed);
    Some(changed)
}

fn inverted_two_tone(picture: &GrayImage) -> Option<GrayImage> {
    inverted(picture).as_ref().and_then(two_tone)
}

/// The shade that parts dark from light with the greatest variance between the two.
fn threshold(picture: &GrayImage) -> u8 {
    let mut counts = [0_u64; 256];
    for Luma([shade]) in picture.pixels() {
        if let Some(count) = counts.get_mut(usize::from(*shade)) {
            *count += 1;
        }
    }
    let weigh = |(shade, count): (u64, &u64)| shade * count;
    let (total, total_weight): (u64, u64) = (counts.iter().sum(), (0..).zip(&counts).map(weigh).sum());
    let (mut dark, mut dark_weight, mut best, mut best_shade) = (0_u64, 0_u64, 0_u128, 127);
    for (shade, count) in (0..=255_u8).zip(counts) {
        dark += count;
        dark_weight += u64::from(shade) * count;
        let light = total - dark;
        if dark == 0 || light == 0 {
            continue;
        }
        // The difference of the means, squared, times both sizes; in whole numbers by bringing all to one denominator.
        let difference = u128::from((dark_weight * light).abs_diff((total_weight - dark_weight) * dark));
        let variance = difference / u128::from(dark) * (difference / u128::from(light));
        if variance > best {
            (best, best_shade) = (variance, shade);
        }
    }
    best_shade
}

/// The text of a picture that is nothing but one upright code.
fn upright_text(picture: &GrayImage) -> Option<String> {
    let bytes = catch_unwind(AssertUnwindSafe(|| upright::read(picture, threshold(picture))));
    bytes.ok().flatten().map(text)
}

/// The texts of the codes in one version of the picture.
fn texts(picture: &GrayImage) -> Vec<String> {
    // The reader of codes is not ours; should a hostile picture make it panic, that picture has no code.
    catch_unwind(AssertUnwindSafe(|| texts_of(picture))).unwrap_or_default()
}

fn texts_of(picture: &GrayImage) -> Vec<String> {
    let (width, height) = picture.dimensions();
    let shade = |x: u32, y: u32| match (x.checked_sub(MARGIN), y.checked_sub(MARGIN)) {
        (Some(x), Some(y)) => picture.get_pixel_checked(x, y).map_or(255, |Luma([shade])| *shade),
        _ => 255,
    };
    let pixel = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
    let side = |length: u32| usize::try_from(length.saturating_add(2 * MARGIN)).unwrap_or(0);
    let mut prepared =
        PreparedImage::prepare_from_greyscale(side(width), side(height), |x, y| shade(pixel(x), pixel(y)));
    let is_black = |x: u32, y: u32| match (usize::try_from(x), usize::try_from(y)) {
        (Ok(x), Ok(y)) if x < prepared.width() && y < prepared.height() => prepared.get_pixel_at(x, y) == BLACK,
        _ => false,
    };
    let found = finders::find(width.saturating_add(2 * MARGIN), height.saturating_add(2 * MARGIN), is_black);
    if !(3..=FINDERS).contains(&found.len()) {
        return Vec::new();
    }
    let mut texts: Vec<String> = flat::read(&found, is_black).into_iter().map(text).collect();
    // Three finders that belong to none of the codes may be a code seen from the side.
    if found.len() < 3 * (texts.len() + 1) || found.len() > SEARCHED_FINDERS {
        return texts;
    }
    for grid in prepared.detect_grids().into_iter().take(limits::IMAGE_CODES) {
        let mut bytes = Vec::new();
        let text = grid.decode_to(&mut bytes).ok().map(|_| text(bytes));
        texts.extend(text.filter(|text| !texts.contains(text)));
    }
    texts.truncate(limits::IMAGE_CODES);
    texts
}

/// UTF-8 if the bytes are that, else one character for each byte.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|wrong| wrong.as_bytes().iter().copied().map(char::from).collect())
}

fn too_large(most: String) -> Reason {
    Reason::new(Code::ImageTooLarge).expected(format!("at most {most}"))
}

fn unreadable() -> Reason {
    Reason::new(Code::ImageUnreadable).expected("a PNG or JPEG")
}
