//! Who sent a command, as far as a trace and the log tell it: enough to find a client that is wrong, and nothing
//! that names a person.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who sent a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Caller {
    /// Where it came from. Behind a reverse proxy this is where the proxy is.
    pub address: AddressClass,
    /// The name of the token that it was sent with; `None` if the node asks for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub token: Option<Cow<'static, str>>,
}

/// A kind of network address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AddressClass {
    /// This machine: 127.0.0.0/8 and `::1`.
    Loopback,
    /// A private network: RFC 1918, RFC 6598 and link-local addresses, and their counterparts in IPv6.
    Private,
    /// Any other address.
    Public,
}

impl AddressClass {
    /// The class of an address.
    pub fn of(address: IpAddr) -> Self {
        // A listener on both kinds of network sees IPv4 callers as ::ffff:a.b.c.d.
        let address = address.to_canonical();
        let private = match address {
            IpAddr::V4(v4) => v4.is_private() || v4.is_link_local() || is_shared(v4),
            IpAddr::V6(v6) => is_unique_local(v6) || v6.is_unicast_link_local(),
        };
        match (address.is_loopback(), private) {
            (true, _) => Self::Loopback,
            (_, true) => Self::Private,
            _ => Self::Public,
        }
    }

    /// The class's name, as in traces and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::Public => "public",
        }
    }
}

/// 100.64.0.0/10 (<https://www.rfc-editor.org/rfc/rfc6598#section-7>).
fn is_shared(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    first == 100 && second & 0xc0 == 64
}

/// fc00::/7 (<https://www.rfc-editor.org/rfc/rfc4193#section-3.1>).
fn is_unique_local(address: Ipv6Addr) -> bool {
    address.octets()[0] & 0xfe == 0xfc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_by_its_class() {
        for (class, addresses) in [
            (AddressClass::Loopback, ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]),
            (AddressClass::Private, ["10.0.0.7", "172.31.255.255", "192.168.1.1", "::ffff:192.168.1.1"]),
            (AddressClass::Private, ["169.254.1.1", "100.64.0.1", "fd12::7", "fe80::1"]),
            (AddressClass::Public, ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2001:db8::1"]),
        ] {
            for address in addresses {
                assert_eq!(AddressClass::of(address.parse().unwrap()), class, "{address}");
            }
        }
    }
}
