//! The executable: every service of Folkmoot, together or one at a time.

fn main() -> std::process::ExitCode {
    folkmoot::cli::main()
}
