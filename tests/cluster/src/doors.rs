//! Ways from a loopback port of this machine into another network namespace.
//!
//! A socket belongs to the namespace of the thread that makes it. So the listeners are made here, and one thread
//! that has entered the other namespace accepts from them and connects there: no interface, no route, no rule.

use std::{
    collections::HashMap,
    fs::File,
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::{Mutex, mpsc},
    thread,
};

use nix::sched::{CloneFlags, setns};
use tokio::{
    io::copy_bidirectional,
    net::TcpStream,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

type Order = (TcpListener, SocketAddr);

/// The doors into one namespace; they close when this is dropped.
#[derive(Debug)]
pub(crate) struct Doors {
    orders: UnboundedSender<Order>,
    open: Mutex<HashMap<SocketAddr, SocketAddr>>,
}

impl Doors {
    /// Into the network namespace that the file `namespace` stands for.
    ///
    /// # Panics
    /// If it may not be entered.
    pub(crate) fn into(namespace: &Path) -> Self {
        let namespace = File::open(namespace).expect("a namespace");
        let (orders, receiver) = unbounded_channel();
        let (entered, answer) = mpsc::channel();
        thread::Builder::new()
            .name("doors".to_owned())
            .spawn(move || {
                let result = setns(&namespace, CloneFlags::CLONE_NEWNET);
                let entered = entered.send(result).is_ok() && result.is_ok();
                if entered {
                    serve(receiver);
                }
            })
            .expect("a thread");
        let result = answer.recv().expect("the thread answers");
        result.expect("the right to enter a namespace");
        Self {
            orders,
            open: Mutex::default(),
        }
    }

    /// The address here that leads to `target` there.
    ///
    /// # Panics
    /// If there is no free port.
    pub(crate) fn to(&self, target: SocketAddr) -> SocketAddr {
        let mut open = self.open.lock().expect("no panic while a door is made");
        *open.entry(target).or_insert_with(|| {
            let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
            listener.set_nonblocking(true).expect("a socket of ours");
            let address = listener.local_addr().expect("the address of a listener");
            self.orders
                .send((listener, target))
                .expect("the thread lives as long as the doors");
            address
        })
    }
}

fn serve(mut orders: UnboundedReceiver<Order>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .expect("a runtime");
    runtime.block_on(async move {
        while let Some((listener, target)) = orders.recv().await {
            tokio::spawn(accept(listener, target));
        }
    });
}

async fn accept(listener: TcpListener, target: SocketAddr) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a runtime");
    while let Ok((here, _)) = listener.accept().await {
        tokio::spawn(connect(here, target));
    }
}

async fn connect(mut here: TcpStream, target: SocketAddr) {
    // Whoever cannot be reached there closes the connection here at once.
    let Ok(mut there) = TcpStream::connect(target).await else {
        return;
    };
    let _ = here.set_nodelay(true);
    let _ = there.set_nodelay(true);
    let _ = copy_bidirectional(&mut here, &mut there).await;
}
