//! The process's own metrics, under the names every Prometheus client library uses
//! (<https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics>).

use opentelemetry::metrics::Meter;
use procfs::process::{Process, Stat};
use procfs::{page_size, ticks_per_second};

/// Registers the metrics; they are read from `/proc/self` whenever they are collected, and are missing where
/// that is missing.
pub(super) fn observe(meter: &Meter) {
    let _registered = meter
        .f64_observable_counter("process.cpu")
        .with_unit("s")
        .with_description("Total user and system CPU time spent in seconds")
        .with_callback(|observer| {
            if let Some(stat) = stat() {
                observer.observe((stat.utime + stat.stime) as f64 / ticks_per_second() as f64, &[]);
            }
        })
        .build();
    gauge(meter, "process.resident_memory", "By", "Resident memory size in bytes", resident_memory);
    gauge(meter, "process.virtual_memory", "By", "Virtual memory size in bytes", || {
        stat().map(|stat| stat.vsize)
    });
    gauge(meter, "process.open_fds", "", "Number of open file descriptors", || {
        Process::myself().and_then(|process| process.fd_count()).ok().map(|count| count as u64)
    });
    gauge(meter, "process.max_fds", "", "Maximum number of open file descriptors", max_fds);
    let _registered = meter
        .f64_observable_gauge("process.start_time")
        .with_unit("s")
        .with_description("Start time of the process since the Unix epoch in seconds")
        .with_callback(|observer| {
            if let Some(start) = start_time() {
                observer.observe(start, &[]);
            }
        })
        .build();
}

fn gauge(
    meter: &Meter,
    name: &'static str,
    unit: &'static str,
    help: &'static str,
    read: impl Fn() -> Option<u64> + Send + Sync + 'static,
) {
    let _registered = meter
        .u64_observable_gauge(name)
        .with_unit(unit)
        .with_description(help)
        .with_callback(move |observer| {
            if let Some(value) = read() {
                observer.observe(value, &[]);
            }
        })
        .build();
}

/// The resident memory of this process, in bytes.
pub fn resident_memory() -> Option<u64> {
    stat().map(|stat| stat.rss * page_size())
}

fn stat() -> Option<Stat> {
    Process::myself().and_then(|process| process.stat()).ok()
}

fn max_fds() -> Option<u64> {
    match Process::myself().and_then(|process| process.limits()).ok()?.max_open_files.soft_limit {
        procfs::process::LimitValue::Value(value) => Some(value),
        procfs::process::LimitValue::Unlimited => None,
    }
}

fn start_time() -> Option<f64> {
    let ticks = stat()?.starttime as f64 / ticks_per_second() as f64;
    Some(procfs::boot_time_secs().ok()? as f64 + ticks)
}
