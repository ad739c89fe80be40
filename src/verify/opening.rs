//! Opening: from what came in to envelopes, and to the envelopes inside them.

use std::borrow::Cow;

use crate::credential::{Inner, Opened};
use crate::evidence::Evidence;
use crate::format::glance::{Room, Seen};
use crate::format::{Context, Format, Piece, by_name, detect, pieces};
use crate::limits;
use crate::linked_data::rdfc::Budget;
use crate::reason::{Code, Reason};
use crate::trust::Trust;
use crate::verify::{Request, context_of};

/// One credential or presentation, opened, with the credentials inside it.
pub(super) struct OpenedPiece<'i> {
    /// Its format; `None` when that could not be told.
    pub(super) format: Option<&'static dyn Format>,
    /// The envelope, or why it did not open.
    pub(super) opened: Result<Opened<'i>, Reason>,
    /// The credentials of a presentation, opened too.
    pub(super) inner: Vec<OpenedPiece<'static>>,
}

/// The first requests of several, opened.
pub(super) struct Run<'i> {
    /// Their credentials, one request's behind the other's.
    pub(super) pieces: Vec<OpenedPiece<'i>>,
    /// For each request how many of these are its own, or why there are none.
    pub(super) counts: Vec<Result<usize, Reason>>,
}

impl<'i> OpenedPiece<'i> {
    fn of(piece: Piece<'i>, room: Option<&'i Room>, context: &Context<'_>) -> Self {
        let Piece { format, texts, seen } = piece;
        let mut opened = match room {
            Some(room) => format.open_in(room, &texts, seen, context),
            None => format.open(&texts, seen, context),
        };
        let mut inner = Vec::new();
        if let Ok(opened) = &mut opened {
            if opened.inner.len() > limits::CREDENTIALS {
                let count = opened.inner.len();
                opened.faults.push(Reason::new(Code::InputTooManyItems).expected(limits::CREDENTIALS).got(count));
                opened.inner.truncate(limits::CREDENTIALS);
            }
            inner = std::mem::take(&mut opened.inner).into_iter().map(|it| open_inner(&it, context)).collect();
        }
        OpenedPiece { format: Some(format), opened, inner }
    }

    /// Bytes that this credential and those inside it unpacked to.
    fn payload_bytes(&self) -> usize {
        let own = self.opened.as_ref().map_or(0, |opened| opened.payload.len());
        self.inner.iter().fold(own, |sum, inner| sum.saturating_add(inner.payload_bytes()))
    }
}

/// A credential inside a presentation. A presentation inside a presentation is refused: envelopes do not nest.
fn open_inner(inner: &Inner, context: &Context<'_>) -> OpenedPiece<'static> {
    let format = match inner.format {
        Some(name) => by_name(name).ok_or_else(|| Reason::new(Code::VcEnvelope).got(name)),
        None => detect(&inner.text),
    };
    match format {
        Err(reason) => OpenedPiece { format: None, opened: Err(reason), inner: Vec::new() },
        Ok(format) => {
            let mut opened = format.open(&[Cow::Borrowed(&inner.text)], Seen::default(), context);
            if opened.as_ref().is_ok_and(|opened| opened.is_presentation) {
                opened =
                    Err(Reason::new(Code::VcEnvelope).expected("a credential").got("a presentation in a presentation"));
            }
            OpenedPiece { format: Some(format), opened, inner: Vec::new() }
        }
    }
}

/// The first requests opened: at least one, no more than there are rooms, and no more than unpack to [`limits::RUN_BYTES`].
pub(super) fn open_run<'i>(requests: &'i [Request], rooms: &'i [Room], trust: &Trust, evidence: &Evidence) -> Run<'i> {
    let most = requests.len().min(rooms.len());
    let mut run = Run { pieces: Vec::with_capacity(most), counts: Vec::with_capacity(most) };
    let mut bytes: usize = 0;
    for (request, room) in requests.iter().zip(rooms) {
        let budget = Budget::of_request();
        let context = Context { budget: Some(&budget), ..context_of(request, trust, evidence) };
        let before = run.pieces.len();
        run.counts.push(pieces(&request.input, &request.policy).map(|pieces| {
            // The room is the first one's; others keep what they hold themselves.
            let rooms = std::iter::once(Some(room)).chain(std::iter::repeat(None));
            run.pieces
                .extend(pieces.into_iter().zip(rooms).map(|(piece, room)| OpenedPiece::of(piece, room, &context)));
            run.pieces.len().saturating_sub(before)
        }));
        let own = run.pieces.get(before..).unwrap_or_default().iter().map(OpenedPiece::payload_bytes);
        bytes = own.fold(bytes, usize::saturating_add);
        if bytes > limits::RUN_BYTES {
            break;
        }
    }
    run
}
