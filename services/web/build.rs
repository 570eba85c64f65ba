//! Has cargo notice a new build of the pages.

use std::{env, path::Path};

fn main() {
    // A debug build reads the pages from disk when they are asked for. A release build embeds
    // them; while there are none it looks again each time.
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let watched = if is_release || Path::new("dist").exists() {
        "dist"
    } else {
        "build.rs"
    };
    println!("cargo::rerun-if-changed={watched}");
}
