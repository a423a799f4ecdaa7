//! Who writes to whom in a meeting's chat: `10:02:15 From Ana Ruiz to Everyone: words`

use super::{Label, Separator, made, tail, to_speech};

/// `From Ana Ruiz to Everyone:`, `From Ana Ruiz :`, behind a time or before one.
pub(super) fn chat(rest: &str, time: Option<u64>) -> Option<Label> {
    let from = "From ".len();
    let colon = from + rest.strip_prefix("From ")?.find(':')?;
    let name_end = rest[..colon].find(" to ").unwrap_or(colon);
    let behind = tail(rest, colon + 1, false);
    let time = time.or(behind.time)?;
    made(Separator::Colon, rest, from..name_end, to_speech(rest, behind.at), Some(time))
}

#[cfg(test)]
mod tests {
    use super::super::tests::shown;

    #[test]
    fn messages() {
        assert_eq!(shown("00:02:15 From Ana Ruiz to Everyone: No."), "Colon|Ana Ruiz|No.|135");
        assert_eq!(shown("00:02:15\t From  Ana Ruiz : No."), "Colon|Ana Ruiz|No.|135");
        assert_eq!(shown("00:02:15 From Ana Ruiz to Jon Ode (Direct Message):"), "Colon|Ana Ruiz||135");
        assert_eq!(shown("From Ana Ruiz to Everyone: 10:02 AM"), "Colon|Ana Ruiz||36120");
        assert_eq!(shown("From Galen to Orten: a road"), "none");
    }
}
