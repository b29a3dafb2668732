//! Makes the folder of the web front end, so that the scheduler compiles before the front end is built.

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../web/app/dist");
    std::fs::create_dir_all("../web/app/dist")
}
