//! Sizes in Kubernetes' spelling.

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

/// The bytes that `quantity` means; `None` if it is not one.
pub(super) fn bytes(quantity: &Quantity) -> Option<u64> {
    let text = quantity.0.trim();
    let digits = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
    let (number, suffix) = text.split_at(digits.unwrap_or(text.len()));
    let factor: u64 = match suffix {
        "" => 1,
        "k" => 1000,
        "M" => 1000_u64.pow(2),
        "G" => 1000_u64.pow(3),
        "T" => 1000_u64.pow(4),
        "P" => 1000_u64.pow(5),
        "E" => 1000_u64.pow(6),
        "Ki" => 1 << 10,
        "Mi" => 1 << 20,
        "Gi" => 1 << 30,
        "Ti" => 1 << 40,
        "Pi" => 1 << 50,
        "Ei" => 1 << 60,
        _ => return None,
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole = whole.parse::<u64>().ok()?.checked_mul(factor)?;
    whole.checked_add(of_fraction(fraction, factor)?)
}

/// `factor` times the decimal fraction, of which nine digits count.
fn of_fraction(digits: &str, factor: u64) -> Option<u64> {
    let digits: String = digits.chars().take(9).collect();
    if digits.is_empty() {
        return Some(0);
    }
    let exponent = u32::try_from(digits.len()).ok()?;
    let value = u128::from(digits.parse::<u64>().ok()?) * u128::from(factor);
    u64::try_from(value / 10_u128.pow(exponent)).ok()
}

/// `part` in `whole` of `quantity`, in bytes; of `otherwise` if there is no such quantity.
pub(super) fn share(quantity: Option<&Quantity>, otherwise: u64, part: u64, whole: u64) -> u64 {
    quantity.and_then(bytes).unwrap_or(otherwise) / whole * part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_as_kubernetes_writes_them() {
        for (text, expected) in [
            ("0", Some(0)),
            ("1048576", Some(1 << 20)),
            ("1Gi", Some(1 << 30)),
            ("1.5Gi", Some(3 << 29)),
            ("0.1k", Some(100)),
            ("128M", Some(128_000_000)),
            ("15Ei", Some(15 << 60)),
            ("16Ei", None),
            ("500m", None),
            ("1e3", None),
            ("-1", None),
            ("", None),
            (".5Gi", None),
            ("1.2.3", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(bytes(&Quantity(text.to_owned())), expected, "{text}");
        }
    }
}
