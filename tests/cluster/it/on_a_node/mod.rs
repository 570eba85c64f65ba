use std::time::Instant;

mod node;

/// Shows how long a step took; the log of the stage keeps it.
#[expect(clippy::print_stdout, reason = "a figure that people read")]
fn report(what: &str, since: Instant) {
    println!("{what}: {:.1} s", since.elapsed().as_secs_f64());
}
