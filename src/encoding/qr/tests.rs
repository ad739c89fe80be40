//! Tests of reading and drawing codes.

use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgba, RgbaImage};

use super::*;
use crate::limits;
use crate::reason::Code;

const HCERT: &str = "HC1:6BFOXN%TSMAHN-HBTK15M0PNPFGF4W5Q$BTFK0/HLPK$ASK *A";

fn written(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn drawn(text: &str, scale: u32) -> GrayImage {
    image::load_from_memory(&draw_png(text, scale).unwrap()).unwrap().into_luma8()
}

#[test]
fn what_is_drawn_is_read() {
    let shc = format!("shc:/{}", "5676290952432060346029243740446031222959532654603460292540772804336028".repeat(8));
    for text in [HCERT, "https://example.org/ä", &shc, &"A".repeat(1500)] {
        for scale in [1, 2, 3, 4, 8] {
            assert_eq!(read(&draw_png(text, scale).unwrap()).unwrap(), [text], "{scale}");
        }
    }
}

#[test]
fn pictures_are_read_in_all_their_kinds() {
    let code = drawn(HCERT, 4);
    assert_eq!(read(&written(code.clone(), ImageFormat::Jpeg)).unwrap(), [HCERT]);
    let inside = 16;
    let side = code.width() - 2 * inside;
    let cropped = image::imageops::crop_imm(&code, inside, inside, side, side).to_image();
    assert_eq!(read(&written(cropped, ImageFormat::Png)).unwrap(), [HCERT]);
    let mut inverted = code.clone();
    image::imageops::invert(&mut inverted);
    assert_eq!(read(&written(inverted, ImageFormat::Png)).unwrap(), [HCERT]);
    let turned = image::imageops::rotate90(&code);
    assert_eq!(read(&written(turned, ImageFormat::Png)).unwrap(), [HCERT]);
    // Black on nothing: what is transparent is white.
    let clear =
        RgbaImage::from_fn(code.width(), code.height(), |x, y| Rgba([0, 0, 0, 255 - code.get_pixel(x, y).0[0]]));
    assert_eq!(read(&written(clear, ImageFormat::Png)).unwrap(), [HCERT]);
    let faint = GrayImage::from_fn(code.width(), code.height(), |x, y| Luma([150 + code.get_pixel(x, y).0[0] / 12]));
    assert_eq!(read(&written(faint, ImageFormat::Png)).unwrap(), [HCERT]);
}

#[test]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both are inside their ranges")]
fn a_photo_is_read_turned_blurred_and_unevenly_lit() {
    let text = HCERT.repeat(10);
    let code = drawn(&text, 6);
    let side = code.width() * 3 / 2;
    let middle = |length: u32| f64::from(length) / 2.0;
    for degrees in [5.0_f64, 20.0, 200.0] {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let photo = GrayImage::from_fn(side, side, |x, y| {
            let (x, y) = (f64::from(x) - middle(side), f64::from(y) - middle(side));
            let (u, v) = (x * cos - y * sin + middle(code.width()), x * sin + y * cos + middle(code.width()));
            let paper = (u >= 0.0 && v >= 0.0).then(|| code.get_pixel_checked(u as u32, v as u32)).flatten();
            let shade = paper.map_or(90.0, |Luma([shade])| 30.0 + f64::from(*shade) * 0.7);
            Luma([(shade - x / f64::from(side) * 60.0) as u8])
        });
        let photo = image::imageops::blur(&photo, 1.5);
        assert_eq!(read(&written(photo, ImageFormat::Jpeg)).unwrap(), [text.as_str()], "{degrees}");
    }
}

#[test]
fn all_codes_of_a_picture_are_read() {
    let texts = ["shc:/1/2/5676", "shc:/2/2/0952"];
    let mut both = GrayImage::from_pixel(600, 300, Luma([255]));
    for (text, x) in texts.iter().zip([0, 300]) {
        image::imageops::overlay(&mut both, &drawn(text, 6), x, 20);
    }
    let mut read = read(&written(both, ImageFormat::Png)).unwrap();
    read.sort();
    assert_eq!(read, texts);
}

#[test]
fn bytes_that_are_no_utf8_are_latin_1() {
    let mut bits = qrcode::bits::Bits::new(qrcode::Version::Normal(2));
    bits.push_byte_data(b"\xe4\xf6 x").unwrap();
    bits.push_terminator(qrcode::EcLevel::M).unwrap();
    let code = qrcode::QrCode::with_bits(bits, qrcode::EcLevel::M).unwrap();
    let side = u32::try_from(code.width()).unwrap();
    let picture = GrayImage::from_fn(side * 4, side * 4, |x, y| {
        Luma([if code[((x / 4) as usize, (y / 4) as usize)] == qrcode::Color::Dark { 0 } else { 255 }])
    });
    assert_eq!(read(&written(picture, ImageFormat::Png)).unwrap(), ["äö x"]);
}

#[test]
fn everything_else_is_refused() {
    let code = |picture: &[u8]| read(picture).unwrap_err().code();
    assert_eq!(code(b""), Code::ImageUnreadable);
    assert_eq!(code(b"GIF89a"), Code::ImageUnreadable);
    assert_eq!(code(b"\x89PNG\r\n\x1a\n"), Code::ImageUnreadable);
    assert_eq!(code(b"\xff\xd8\xff\xe0"), Code::ImageUnreadable);
    let png = draw_png(HCERT, 2).unwrap();
    assert_eq!(code(&png[..png.len() / 2]), Code::ImageUnreadable);
    assert_eq!(code(&written(GrayImage::new(300, 300), ImageFormat::Png)), Code::ImageNoCode);
    assert_eq!(code(&written(GrayImage::new(1, 1), ImageFormat::Png)), Code::ImageNoCode);
    assert_eq!(code(&vec![0; limits::IMAGE_BYTES + 1]), Code::ImageTooLarge);
    assert_eq!(draw_png(&"x".repeat(3000), 1).unwrap_err().code(), Code::InputTooLarge);
    assert_eq!(draw_text(&"x".repeat(3000)), "");
}

#[test]
fn the_header_alone_refuses_a_giant() {
    // 60 000 x 60 000 pixels of gray, and not one of them there.
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\0\0\0\0".to_vec();
    let mut crc = flate2::Crc::new();
    crc.update(&png[12..]);
    png.extend(crc.sum().to_be_bytes());
    png.extend(b"\0\0\0\0IDAT\x35\xaf\x06\x1e");
    assert_eq!(read(&png).unwrap_err().code(), Code::ImageTooLarge);
}

#[test]
fn a_sheet_of_finder_patterns_costs_little() {
    let finder = |x: u32, y: u32| {
        let ring = |low: u32, high: u32| (low..=high).contains(&x) && (low..=high).contains(&y);
        x < 7 && y < 7 && (!ring(1, 5) || ring(2, 4))
    };
    // More than we would search, and about as many as we do.
    for side in [800, 160] {
        let sheet = GrayImage::from_fn(side, side, |x, y| Luma([if finder(x / 2 % 9, y / 2 % 9) { 0 } else { 255 }]));
        assert_eq!(read(&written(sheet, ImageFormat::Png)).unwrap_err().code(), Code::ImageNoCode);
    }
}

#[test]
fn terminals_get_two_rows_a_line() {
    let lines = draw_text("HC1:A");
    assert_eq!(lines.lines().count(), 15);
    assert!(lines.lines().all(|line| line.chars().count() == 29));
}

/// An SVG says the same as a PNG: its path, painted, is read.
#[test]
fn a_vector_drawing_is_read_too() {
    let text = "openid4vp://?client_id=x509_hash%3Aabc&request_uri=https%3A%2F%2Fverifier.example%2Fr";
    let svg = draw_svg(text).unwrap();
    let side: u32 = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let path = svg.rsplit("<path d=\"").next().unwrap().split('"').next().unwrap();
    let mut picture = GrayImage::from_pixel(side * 4, side * 4, Luma([255]));
    for run in path.split('M').skip(1) {
        let (x, rest) = run.split_once(' ').unwrap();
        let (y, rest) = rest.split_once('h').unwrap();
        let run: u32 = rest.split('v').next().unwrap().parse().unwrap();
        let (x, y): (u32, u32) = (x.parse().unwrap(), y.parse().unwrap());
        (x * 4..(x + run) * 4).for_each(|x| (y * 4..y * 4 + 4).for_each(|y| picture.put_pixel(x, y, Luma([0]))));
    }
    assert_eq!(read(&written(picture, ImageFormat::Png)).unwrap(), [text]);
    assert!(draw_svg(&"x".repeat(3000)).is_err());
}
