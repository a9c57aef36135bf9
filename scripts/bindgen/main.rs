//! wasm-bindgen's command line, as far as it is needed here: bindgen MODULE.wasm OUT_FOLDER
//!
//! It writes the glue for the target `web`, whose module is given to it by whoever loads it; the .wasm file is the same
//! for all targets. The whole command line does this through the same library, and compiles three times as long for
//! its test runner with an HTTP client and server.

use std::{env, error::Error, process::ExitCode};

use wasm_bindgen_cli_support::Bindgen;

fn bind(module: &str, out: &str) -> Result<(), Box<dyn Error>> {
    Bindgen::new().input_path(module).out_name("aclarity").web(true)?.typescript(true).generate(out)?;
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [module, out] = arguments.as_slice() else {
        eprintln!("usage: bindgen MODULE.wasm OUT_FOLDER");
        return ExitCode::FAILURE;
    };
    match bind(module, out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
