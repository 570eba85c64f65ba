//! Has cargo notice a new build of the pages, which are in the executable.

fn main() {
    // While there are none, cargo looks again each time.
    println!("cargo::rerun-if-changed=dist");
}
