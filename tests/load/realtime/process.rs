//! Processes under test: started on a core, watched through /proc, ended by their id.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// The core that the server under test has for itself.
pub(crate) const SERVER_CORE: &str = "0";
/// The core of the generator, and of Redis.
pub(crate) const LOAD_CORE: &str = "1";

/// A child process; dropping it ends it.
pub(crate) struct Process {
    child: Child,
    name: String,
}

impl Process {
    /// Starts `command` on one core. It is also ended if this program dies.
    pub(crate) fn start(name: &str, core: &str, command: &Launch, log: &Path) -> Result<Self> {
        let output = File::create(log).with_context(|| format!("creating {}", log.display()))?;
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "taskset", "-c", core])
            .args(&command.arguments)
            .envs(command.environment.iter().map(|(key, value)| (key, value)))
            .current_dir(&command.directory)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        Ok(Self {
            child,
            name: name.to_owned(),
        })
    }

    /// Waits until the port accepts connections.
    pub(crate) fn wait_for_port(&mut self, port: u16, log: &Path) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait()? {
                let said = fs::read_to_string(log).unwrap_or_default();
                bail!("{} ended with {status}: {}", self.name, said.trim());
            }
            if TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("{} did not listen on port {port} within 30 s", self.name)
    }

    /// CPU seconds that all its threads used so far, in user and kernel mode.
    pub(crate) fn cpu_seconds(&self) -> Result<f64> {
        cpu_seconds(&self.child.id().to_string())
    }

    /// Resident memory in bytes.
    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes = line.and_then(|rest| rest.split_whitespace().next());
        Ok(kibibytes.context("no VmRSS")?.parse::<u64>()? * 1024)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Already ended is as good.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// CPU seconds of this process.
pub(crate) fn own_cpu_seconds() -> Result<f64> {
    cpu_seconds("self")
}

fn cpu_seconds(process: &str) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The second field is a name in parentheses that may contain anything; utime and stime are the
    // 14th and 15th field, in ticks of 10 ms.
    let (_, fields) = stat
        .rsplit_once(')')
        .context("/proc/PID/stat without a name")?;
    let mut times = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(str::parse::<u32>);
    let (user, system) = (
        times.next().context("no utime")??,
        times.next().context("no stime")??,
    );
    Ok(f64::from(user + system) / 100.0)
}

/// What is started, and how.
#[derive(Clone, Debug)]
pub(crate) struct Launch {
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: Vec<(&'static str, String)>,
    pub(crate) directory: std::path::PathBuf,
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}
