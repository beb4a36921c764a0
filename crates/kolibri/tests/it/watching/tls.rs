//! TLS before a collector: a certificate authority made by openssl, and a relay that ends TLS.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;

use crate::programs::program;

/// A certificate for 127.0.0.1, and the authority that signed it.
pub struct Authority {
    directory: TempDir,
}

impl Authority {
    pub fn new() -> Self {
        let authority = Self { directory: tempfile::tempdir().unwrap() };
        let extensions = "subjectAltName=IP:127.0.0.1\nbasicConstraints=critical,CA:FALSE\n";
        std::fs::write(authority.directory.path().join("extensions"), extensions).unwrap();
        let new_key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
        authority.openssl(&format!("req -x509 {new_key} -keyout ca.key -out ca.pem -days 2 -subj /CN=ca"));
        authority.openssl(&format!("req {new_key} -keyout key.pem -out request -subj /CN=collector"));
        authority.openssl(
            "x509 -req -in request -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extensions -out chain.pem",
        );
        authority
    }

    /// The authority's own certificate, to be trusted.
    pub fn certificate(&self) -> PathBuf {
        self.directory.path().join("ca.pem")
    }

    fn openssl(&self, arguments: &str) {
        let output = program("openssl")
            .args(arguments.split(' '))
            .current_dir(self.directory.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn server(&self) -> ServerConfig {
        let at = |name: &str| self.directory.path().join(name);
        let chain = CertificateDer::pem_file_iter(at("chain.pem")).unwrap().map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_file(at("key.pem")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        // gRPC asks for HTTP/2, http/protobuf for what it can get.
        server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        server
    }
}

/// Ends TLS and passes what is inside on to a collector.
pub struct TlsRelay {
    pub address: SocketAddr,
    _runtime: Runtime,
}

impl TlsRelay {
    /// A relay to `http://HOST:PORT`.
    pub fn to(url: &str, authority: &Authority) -> Self {
        let target = url.trim_start_matches("http://").to_owned();
        let acceptor = TlsAcceptor::from(Arc::new(authority.server()));
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_io().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move {
            loop {
                let (near, _) = listener.accept().await.unwrap();
                let (acceptor, target) = (acceptor.clone(), target.clone());
                tokio::spawn(async move {
                    // A caller that does not trust the certificate goes away here.
                    let Ok(mut near) = acceptor.accept(near).await else { return };
                    let mut far = TcpStream::connect(target).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                });
            }
        });
        Self { address, _runtime: runtime }
    }
}
