//! Systems without what a throw-away server is built on.

use std::path::Path;

use super::super::error::LaunchError;
use super::super::url::ServerUrl;
use super::ClusterOptions;

/// Cannot exist here: there are no Unix sockets, process groups or POSIX shells to build on.
#[derive(Debug)]
pub(crate) enum Cluster {}

impl Cluster {
    /// # Errors
    ///
    /// [`LaunchError::NotUnix`], always.
    pub(crate) fn start(_: &ClusterOptions) -> Result<Self, LaunchError> {
        Err(LaunchError::NotUnix)
    }

    pub(crate) fn stop(&self) -> Result<(), LaunchError> {
        match *self {}
    }

    pub(crate) fn resume(&self) -> Result<(), LaunchError> {
        match *self {}
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        match *self {}
    }

    pub(crate) fn folder(&self) -> &Path {
        match *self {}
    }

    pub(crate) fn bin_dir(&self) -> &Path {
        match *self {}
    }

    pub(crate) fn url(&self) -> ServerUrl {
        match *self {}
    }

    pub(crate) fn port_url(&self) -> Option<ServerUrl> {
        match *self {}
    }

    pub(crate) fn port(&self) -> Option<u16> {
        match *self {}
    }
}
