//! Close codes of the platform. 3000–3499: connect again. 3500–3999: do not.

/// The server is going away; connect again after the hint.
pub const DRAINING: u16 = 3001;
/// Sockets are being spread over the replicas; connect again after the hint.
pub const MOVED: u16 = 3002;
/// The client did not read fast enough; connect again and resume.
pub const SLOW: u16 = 3008;
/// The server lost its place; connect again and resume.
pub const RESYNC: u16 = 3009;
/// The token ended or was revoked; log in first.
pub const UNAUTHORISED: u16 = 3500;
/// Removed by a moderator or a rule.
pub const POLICY: u16 = 3503;
/// RFC 6455: the endpoint is done.
pub const NORMAL: u16 = 1000;
/// RFC 6455: a frame that breaks the protocol.
pub const PROTOCOL: u16 = 1002;
/// RFC 6455: binary frames are not accepted.
pub const UNSUPPORTED: u16 = 1003;
/// RFC 6455: text that is not UTF-8.
pub const INVALID_TEXT: u16 = 1007;
/// RFC 6455: too many frames.
pub const ABUSE: u16 = 1008;
/// RFC 6455: a message over the size limit.
pub const TOO_BIG: u16 = 1009;
/// RFC 6455: the server failed.
pub const INTERNAL: u16 = 1011;
