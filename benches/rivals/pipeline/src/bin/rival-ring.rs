//! ring's bare signature check as a contender: it is given keys, messages and signatures of the EU DCCs, and reads nothing.

use rival_pipeline::{Keys, Message, open};
use rival_protocol::{Fault, Row, Work, answer};

fn main() -> Result<(), Fault> {
    let mut works = Vec::new();
    for (name, algorithm) in [("eu_dcc.es256", -7), ("eu_dcc.ps256", -37)] {
        let row = Row::read(name)?;
        let keys = Keys::of(&row, algorithm)?;
        let spoilt = open(row.spoilt.as_deref().ok_or("no spoilt credential")?, algorithm)?;
        if keys.check(&spoilt).is_ok() {
            return Err(format!("{name}: takes what is spoilt").into());
        }
        let messages = row.credentials.iter().map(|text| open(text, algorithm)).collect::<Result<Vec<Message>, _>>()?;
        messages.iter().try_for_each(|message| keys.check(message))?;
        let mut number = 0;
        works.push(Work::together(name, 1, move || {
            number = (number + 1) % messages.len();
            keys.check(&messages[number])
        }));
    }
    answer(works)
}
