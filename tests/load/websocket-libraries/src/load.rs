//! Opens sockets, sends texts on the first, counts what all of them get, and reads the server's CPU time and
//! resident memory from /proc.

use std::{
    cell::RefCell,
    fs,
    rc::Rc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{MissedTickBehavior, interval, sleep},
};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Payload and header of a frame of the server.
const PAYLOAD: usize = 128;
const FRAME: usize = 4 + PAYLOAD;

#[derive(Default)]
struct Seen {
    frames: usize,
    bytes: usize,
    latencies: Vec<u32>,
}

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; 256 * 1024]);
}

pub async fn run(pid: &str, port: u16, sockets: usize, rate: f64, seconds: u64) -> Outcome<()> {
    let begin = Instant::now();
    // The first sockets pay for what the process allocates once.
    let mut streams = open(port, 100).await?;
    sleep(Duration::from_millis(500)).await;
    let before = resident(pid)?;
    streams.extend(open(port, sockets - 100).await?);
    sleep(Duration::from_secs(2)).await;
    let idle = resident(pid)?.saturating_sub(before) / (sockets - 100);
    if rate == 0.0 {
        println!("{idle} bytes resident per idle socket ({sockets} sockets)");
        return Ok(());
    }
    let seen = Rc::new(RefCell::new(Seen::default()));
    let local = tokio::task::LocalSet::new();
    let mut writer = None;
    for stream in streams {
        let (reader, half) = stream.into_split();
        let seen = Rc::clone(&seen);
        local.spawn_local(async move { count(&reader, begin, &seen).await });
        match &writer {
            None => writer = Some(half),
            Some(_) => half.forget(),
        }
    }
    let mut writer = writer.ok_or("no socket")?;
    let work = async {
        say(&mut writer, begin, rate, 1).await?;
        *seen.borrow_mut() = Seen::default();
        let (cpu, start) = (cpu_seconds(pid)?, Instant::now());
        let sent = say(&mut writer, begin, rate, seconds).await?;
        let end = Instant::now() + Duration::from_secs(5);
        while seen.borrow().frames < sent * sockets && Instant::now() < end {
            sleep(Duration::from_millis(1)).await;
        }
        let (cpu, took) = (cpu_seconds(pid)? - cpu, start.elapsed());
        report(&mut seen.borrow_mut(), sent * sockets, cpu, took);
        Outcome::Ok(())
    };
    local.run_until(work).await
}

fn report(seen: &mut Seen, expected: usize, cpu: f64, took: Duration) {
    seen.latencies.sort_unstable();
    let at = |part: f64| {
        let index = (seen.latencies.len() as f64 * part) as usize;
        f64::from(seen.latencies.get(index).copied().unwrap_or(u32::MAX)) / 1000.0
    };
    println!(
        "{:.2} CPU-s per million deliveries, {:.0} deliveries/s, {} of {expected} arrived, p50 {:.1} ms, p99 {:.1} ms",
        cpu * 1e6 / seen.frames as f64,
        seen.frames as f64 / took.as_secs_f64(),
        seen.frames,
        at(0.5),
        at(0.99),
    );
}

async fn open(port: u16, count: usize) -> Outcome<Vec<TcpStream>> {
    let mut streams = Vec::new();
    for _ in 0..count {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        stream.write_all(request.as_bytes()).await?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        if !head.starts_with(b"HTTP/1.1 101") {
            return Err(String::from_utf8_lossy(&head).into());
        }
        streams.push(stream);
    }
    Ok(streams)
}

/// Sends at a rate: several in one write when the timer is late or the rate is high.
async fn say(
    writer: &mut tokio::net::tcp::OwnedWriteHalf,
    begin: Instant,
    rate: f64,
    seconds: u64,
) -> Outcome<usize> {
    let total = (rate * seconds as f64) as usize;
    let mut ticks = interval(Duration::from_secs_f64((1.0 / rate).max(0.001)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut sent, start) = (0, Instant::now());
    while sent < total {
        ticks.tick().await;
        let due = ((start.elapsed().as_secs_f64() * rate) as usize + 1).min(total);
        for _ in sent..due {
            writer.write_all(&frame(begin)).await?;
        }
        sent = due;
    }
    Ok(total)
}

/// A masked text frame that begins with the time in microseconds.
fn frame(begin: Instant) -> Vec<u8> {
    let payload = format!("{:020}{}", begin.elapsed().as_micros(), "x".repeat(PAYLOAD - 20));
    let mask = [7, 1, 9, 3];
    let mut out = vec![0x81, 0x80 | 126, 0, PAYLOAD as u8];
    out.extend_from_slice(&mask);
    out.extend(payload.bytes().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    out
}

/// Counts frames by their bytes, and takes the time of the first that begins in each read.
async fn count(reader: &tokio::net::tcp::OwnedReadHalf, begin: Instant, seen: &RefCell<Seen>) {
    let mut place = 0;
    while reader.readable().await.is_ok() {
        let ended = BUFFER.with_borrow_mut(|buffer| match reader.try_read(buffer) {
            Ok(0) => true,
            Ok(n) => {
                let mut seen = seen.borrow_mut();
                let first = (FRAME - place) % FRAME;
                if let Some(digits) = buffer[..n].get(first + 4..first + 24)
                    && let Some(sent) = std::str::from_utf8(digits).ok().and_then(|d| d.parse::<u64>().ok())
                {
                    let now = begin.elapsed().as_micros() as u64;
                    seen.latencies.push(now.saturating_sub(sent) as u32);
                }
                seen.bytes += n;
                seen.frames += (place + n) / FRAME;
                place = (place + n) % FRAME;
                false
            }
            Err(_) => false,
        });
        if ended {
            return;
        }
    }
}

fn cpu_seconds(pid: &str) -> Outcome<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields: Vec<&str> = stat.rsplit(')').next().ok_or("stat")?.split_whitespace().collect();
    let ticks: f64 = fields[11].parse::<f64>()? + fields[12].parse::<f64>()?;
    Ok(ticks / 100.0)
}

fn resident(pid: &str) -> Outcome<usize> {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm"))?;
    Ok(statm.split_whitespace().nth(1).ok_or("statm")?.parse::<usize>()? * 4096)
}
