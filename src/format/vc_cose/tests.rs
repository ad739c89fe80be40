use super::*;
use crate::credential::Input;
use crate::format::vc::secured_sample::{World, credential, holder_kid, issuer_kid, presentation, world};
use crate::issue::vc_jose::{Token, TokenClaims, cose};
use crate::occasion::Occasion;

fn issued(world: &World) -> Vec<u8> {
    match cose(&credential(), &TokenClaims::default(), &world.issuer, &issuer_kid()).unwrap() {
        Token::Cose(bytes) => bytes,
        other => panic!("{other:?}"),
    }
}

#[test]
fn bytes_and_both_base64_are_read() {
    let world = world();
    let bytes = issued(&world);
    let standard = base64url::encode_standard(&bytes);
    for text in [base64url::encode(&bytes), standard.clone(), standard.trim_end_matches('=').to_owned()] {
        assert_eq!(world.codes(&text), ["accepted"]);
    }
    assert!(world.report(Input::bytes(bytes.clone()), Occasion::default()).is_accepted());
    let hexadecimal: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(world.codes(&hexadecimal), ["input.unrecognised"]);
    let hinted = Input { bytes: hexadecimal.into_bytes(), format: Some(NAME.to_owned()) };
    assert!(!world.report(hinted, Occasion::default()).is_accepted());
    let spaced = format!("{} {}", &standard[..100], &standard[100..]);
    assert_eq!(world.codes(&spaced), ["jose.malformed"]);
    assert_eq!(world.codes("0oRY"), ["cbor.truncated"]);
    let mut forged = bytes;
    let last = forged.len() - 1;
    forged[last] ^= 1;
    assert_eq!(world.codes(&base64url::encode(&forged)), ["sig.invalid"]);
}

#[test]
fn presentations() {
    let world = world();
    let inner = cose(&credential(), &TokenClaims::default(), &world.issuer, &issuer_kid()).unwrap();
    let document = presentation(vec![inner.enveloped(Kind::Credential)]);
    let claims = TokenClaims { nonce: Some("n".to_owned()), ..TokenClaims::default() };
    let token = cose(&document, &claims, &world.holder, &holder_kid()).unwrap();
    assert_eq!(world.codes(&token.text()), ["accepted"]);
    assert_eq!(world.codes(&token.enveloped(Kind::Presentation).to_string()), ["accepted"]);
    let occasion = Occasion { nonce: Some("m".to_owned()), ..Occasion::default() };
    assert_eq!(world.codes_at(&token.text(), occasion), ["vp.nonce"]);
}

#[test]
fn headers_name_what_is_inside() {
    let text = |name: &str| Some(MediaLabel::Text(name.to_owned()));
    let kind_of = |typ: Option<MediaLabel>, content: Option<MediaLabel>| {
        kind(typ.as_ref(), content.as_ref()).map_err(|reason| reason.code())
    };
    assert_eq!(kind_of(text("application/vc+cose"), text("application/vc")), Ok(Kind::Credential));
    assert_eq!(kind_of(text("vp+cose"), None), Ok(Kind::Presentation));
    assert_eq!(kind_of(None, text("application/vp")), Ok(Kind::Presentation));
    for (typ, content) in [
        (None, None),
        (text("application/vc+cose"), text("application/vp")),
        (text("application/vc+cose"), text("vc")),
        (text("application/vc+jwt"), text("application/vc")),
        (text("really/bad"), text("application/vc")),
        (Some(MediaLabel::Number(16)), text("application/vc")),
        (text("application/vc+cose"), Some(MediaLabel::Other("a map"))),
    ] {
        assert_eq!(kind_of(typ, content), Err(Code::JoseTypMismatch));
    }
}
