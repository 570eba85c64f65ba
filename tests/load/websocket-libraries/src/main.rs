//! One broadcast server per WebSocket library, and the load that measures it. See README.md.

mod load;
mod server;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = match arguments.first().map(String::as_str) {
        Some("server") => tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?,
        _ => tokio::runtime::Builder::new_current_thread().enable_all().build()?,
    };
    match arguments.as_slice() {
        [role, library, port] if role == "server" => {
            runtime.block_on(server::run(library, port.parse()?))
        }
        [role, pid, port, sockets, rate, seconds] if role == "load" => runtime.block_on(load::run(
            pid,
            port.parse()?,
            sockets.parse()?,
            rate.parse()?,
            seconds.parse()?,
        )),
        _ => Err("server LIBRARY PORT | load PID PORT SOCKETS RATE SECONDS".into()),
    }
}
