//! Reads what a forum's spec points at: only what is not known already.

use std::{collections::BTreeSet, fmt::Debug};

use folkmoot_crds::ForumInstance;
use k8s_openapi::{NamespaceResourceScope, api::core::v1::Secret};
use kube::{Api, Client, Resource, ResourceExt, api::PostParams};
use serde::de::DeserializeOwned;
use tracing::info;

use super::{
    apply::Identity,
    error::Error,
    generate::{self, GeneratedSecret, RANDOM_BYTES},
    references::{Platform, References, SecretDigest},
    validate::{referenced_config_maps, referenced_secrets},
};
use crate::cache::{Cache, Key, UseKind, digest_of_config_map, digest_of_secret};
use folkmoot_common::clock::SharedClock;

/// Reads for one forum.
pub struct Dereferencer<'a> {
    /// To read with.
    pub client: &'a Client,
    /// What is known.
    pub cache: &'a Cache,
    /// For the age of keys.
    pub clock: &'a SharedClock,
}

impl Dereferencer<'_> {
    /// Makes the Secrets that the forum needs of its own and that are not there. None is ever changed.
    ///
    /// # Errors
    /// If the API does not make one.
    pub async fn generate(&self, forum: &ForumInstance, identity: &Identity) -> Result<(), Error> {
        for needed in generate::needed(forum) {
            let key = Key::new(identity.namespace.as_str(), needed.name(&identity.name));
            if self.exists(&key) {
                continue;
            }
            self.create(forum, needed, &key).await?;
        }
        Ok(())
    }

    /// Reads everything that the spec points at.
    ///
    /// # Errors
    /// If the API cannot be asked.
    pub async fn read(
        &self,
        forum: &ForumInstance,
        identity: &Identity,
        platform: Platform,
    ) -> Result<References, Error> {
        let generated = generate::needed(forum)
            .into_iter()
            .map(|secret| secret.name(&identity.name));
        let secrets: BTreeSet<String> = referenced_secrets(forum)
            .into_iter()
            .chain(generated)
            .collect();
        let config_maps: BTreeSet<String> = referenced_config_maps(forum).into_iter().collect();
        self.note_uses(identity, &secrets, &config_maps);
        let mut references = References {
            platform,
            ..References::default()
        };
        for name in secrets {
            let digest = self
                .secret(&Key::new(identity.namespace.as_str(), name.as_str()))
                .await?;
            references.secrets.insert(name, digest);
        }
        for name in config_maps {
            let digest = self
                .config_map(&Key::new(identity.namespace.as_str(), name.as_str()))
                .await?;
            references.config_maps.insert(name, digest);
        }
        Ok(references)
    }

    fn note_uses(
        &self,
        identity: &Identity,
        secrets: &BTreeSet<String>,
        config_maps: &BTreeSet<String>,
    ) {
        let secrets = secrets.iter().map(|name| (UseKind::Secret, name.clone()));
        let config_maps = config_maps
            .iter()
            .map(|name| (UseKind::ConfigMap, name.clone()));
        let named = secrets.chain(config_maps).collect();
        self.cache
            .uses
            .name(&identity.namespace, &identity.name, &named);
    }

    fn exists(&self, key: &Key) -> bool {
        // A Secret of that name that somebody else made is used as it is.
        self.cache.secrets.get(key).is_some()
            || matches!(self.cache.uses.known(UseKind::Secret, key), Some(Some(_)))
    }

    async fn create(
        &self,
        forum: &ForumInstance,
        needed: GeneratedSecret,
        key: &Key,
    ) -> Result<(), Error> {
        let mut random = [0; RANDOM_BYTES];
        getrandom::fill(&mut random).map_err(|error| Error::Random(error.to_string()))?;
        let Some(secret) = generate::generate(forum, needed, &random, self.clock.now()) else {
            return Ok(());
        };
        let api: Api<Secret> = Api::namespaced(self.client.clone(), &key.namespace);
        let parameters = PostParams {
            field_manager: Some(crate::names::FIELD_MANAGER.to_owned()),
            ..PostParams::default()
        };
        crate::metrics::write_of("Secret", "create");
        match api.create(&parameters, &secret).await {
            Ok(made) => {
                info!(kind = "Secret", name = key.name, "create");
                self.cache.secrets.written(made.into());
                Ok(())
            }
            Err(kube::Error::Api(status)) if status.is_already_exists() => Ok(()),
            Err(error) => Err(Error::api("create", "Secret", key, error)),
        }
    }

    async fn secret(&self, key: &Key) -> Result<Option<SecretDigest>, Error> {
        if let Some(ours) = self.cache.secrets.get(key) {
            return Ok(Some(ours.digest.clone()));
        }
        if let Some(known) = self.cache.uses.known(UseKind::Secret, key) {
            return Ok(known);
        }
        self.read_one(UseKind::Secret, key, digest_of_secret).await
    }

    async fn config_map(&self, key: &Key) -> Result<Option<SecretDigest>, Error> {
        if let Some(known) = self.cache.uses.known(UseKind::ConfigMap, key) {
            return Ok(known);
        }
        self.read_one(UseKind::ConfigMap, key, digest_of_config_map)
            .await
    }

    /// Reads one object of others and keeps its digest.
    async fn read_one<K>(
        &self,
        kind: UseKind,
        key: &Key,
        digest: impl Fn(&K) -> SecretDigest,
    ) -> Result<Option<SecretDigest>, Error>
    where
        K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
            + Clone
            + Debug
            + DeserializeOwned,
    {
        let before = self.cache.uses.before_reading(kind, key);
        let api: Api<K> = Api::namespaced(self.client.clone(), &key.namespace);
        let found = api
            .get_opt(&key.name)
            .await
            .map_err(|error| Error::api("get", K::kind(&()), key, error))?;
        let read = found.map(|object| {
            let version = object.resource_version().unwrap_or_default();
            (version, digest(&object))
        });
        let digest = read.as_ref().map(|(_, digest)| digest.clone());
        self.cache.uses.found(kind, key, before, read);
        Ok(digest)
    }
}
