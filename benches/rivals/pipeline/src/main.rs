//! The obvious pipeline as a contender: text of an EU DCC in, its checked signature and its claims out.

use std::hint::black_box;
use std::time::{SystemTime, UNIX_EPOCH};

use rival_pipeline::{Keys, claims, open};
use rival_protocol::{Fault, Row, Work, answer};

fn main() -> Result<(), Fault> {
    let mut works = Vec::new();
    for (name, algorithm) in [("eu_dcc.es256", -7), ("eu_dcc.ps256", -37)] {
        let row = Row::read(name)?;
        let keys = Keys::of(&row, algorithm)?;
        works.push(Work::verifying(name, row, move |text| {
            let message = open(text, algorithm)?;
            keys.check(&message)?;
            let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
            black_box(claims(&message.payload, now.try_into()?)?);
            Ok(())
        })?);
    }
    answer(works)
}
