//! Where it is measured: folders for stores, targets and houses of a landscape.

use std::{fs, path::PathBuf, thread::available_parallelism};

use model::{Clock, SystemClock, Timestamp};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    Tried,
    child::Child,
    house,
    landscape::Landscape,
    plan::Plan,
    protocol::{self, Protocol},
    usage,
};

/// What every measurement is handed.
pub struct Lab {
    /// How long and how much.
    pub plan: Plan,
    folder: PathBuf,
}

impl Lab {
    /// With stores below this folder.
    pub fn new(plan: Plan, folder: PathBuf) -> Self {
        Self { plan, folder }
    }

    /// A folder of its own for one house.
    pub fn folder(&self) -> Tried<TempDir> {
        fs::create_dir_all(&self.folder)?;
        Ok(tempfile::Builder::new().prefix("bridgewatch-bench-").tempdir_in(&self.folder)?)
    }

    /// A target over HTTP with so many hosts, and their ports.
    pub async fn target(&self, hosts: usize) -> Tried<(Child, Vec<u16>)> {
        listening(&["target".to_owned(), Protocol::Http.scheme().to_owned(), hosts.to_string()]).await
    }

    /// The same over this protocol. A certificate that it needs is put into the folder, with who is to be trusted for it.
    pub async fn target_over(&self, protocol: Protocol, hosts: usize, folder: &TempDir) -> Tried<(Child, Vec<u16>)> {
        if protocol == Protocol::Https {
            protocol::issue(folder.path())?;
        }
        let (hosts, folder) = (hosts.to_string(), folder.path().display().to_string());
        listening(&["target", "--folder", &folder, protocol.scheme(), &hosts].map(str::to_owned)).await
    }

    /// A house over the store of a folder, with this landscape applied, and its address. Its `ready` holds a token as well.
    pub async fn house(&self, folder: &TempDir, landscape: &Landscape, ports: &[u16]) -> Tried<(Child, String)> {
        fs::write(folder.path().join(house::CATALOGUE), landscape.yaml(ports))?;
        let folder = folder.path().display().to_string();
        let house = Child::start(&["house".to_owned(), "--folder".to_owned(), folder]).await?;
        let url = house.ready["url"].as_str().unwrap_or_default().to_owned();
        Ok((house, url))
    }

    /// One line about the machine.
    pub fn describe(&self, quick: bool) -> String {
        let cores = available_parallelism().map_or(1, usize::from);
        let profile = if cfg!(debug_assertions) { "dev profile (says nothing about the release)" } else { "release" };
        let length = if quick { ", quick (too short to quote)" } else { "" };
        let disk = usage::file_system(&self.folder);
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').next().unwrap_or_default().to_owned();
        {
            let now = now();
            format!("Bridgewatch bench, {now}: {profile}{length}, {cores} cores, store on {disk}, load before {load}")
        }
    }
}

async fn listening(args: &[String]) -> Tried<(Child, Vec<u16>)> {
    let target = Child::start(args).await?;
    let ports = serde_json::from_value(target.ready["ports"].clone())?;
    Ok((target, ports))
}

/// The present moment.
pub fn now() -> Timestamp {
    SystemClock.now()
}

/// Fails if the house lost a run or a background task.
pub async fn is_whole(house: &mut Child) -> Tried<()> {
    let figures = house.ask().await?;
    if figures["lost"] == 0 && figures["failed"] == Value::Null {
        return Ok(());
    }
    Err(format!("the house is not whole: {figures}").into())
}
